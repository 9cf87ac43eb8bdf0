import { createElement as h, useEffect } from "react";
import type { FunctionComponent, ReactNode } from "react";
import { describe, expect, test } from "vitest";
import { useReconnecting } from "../../src/react/node.js";
import type { ReconnectingState } from "../../src/react/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import {
  checkReactErrors,
  connectionOf,
  countDials,
  mount,
  settle,
  startServer,
  strict,
  until,
  URL,
} from "./support.js";

checkLeaks();
checkReactErrors();

const FAST = { backoff: { min: 1, max: 1 } };

describe("the state", () => {
  test("is that of the client at each render", async () => {
    const server = startServer();
    const Connection = connectionOf(URL, FAST);
    const tree = mount(h(Connection));
    (await server.accept()).terminate();
    await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    const types = Connection.results.map(({ state }) => state.type);
    expect(types.filter((type, i) => type !== types[i - 1])).toEqual(
      expect.arrayContaining(["connecting", "waiting", "open"]),
    );
    expect(Connection.results[0]).toMatchObject({
      client: null,
      state: { type: "connecting", attempt: 1 },
      lastError: undefined,
    });
    const last = Connection.results.at(-1);
    expect(last?.client?.state).toBe(last?.state);
  });

  test("is suspended with autoStart: false until the client is started", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL, { autoStart: false });
    const tree = mount(h(Connection));
    await settle();
    expect(Connection.results.map(({ state }) => state.type)).toEqual(["suspended", "suspended"]);
    expect(peers.length).toBe(0);
    Connection.results.at(-1)?.client?.start();
    await until(() => expect(tree.text).toBe("open"));
  });

  test("is closed after the client has given up, and the component does not dial again", async () => {
    const server = startServer();
    server.refuse({ status: 401 });
    const Connection = connectionOf(URL, FAST);
    const tree = mount(h(Connection));
    await until(() => expect(tree.text).toBe("closed"));
    await settle();
    expect(tree.text).toBe("closed");
    expect(Connection.results.at(-1)?.lastError?.code).toBe("HANDSHAKE_REJECTED");
  });
});

describe("lastError", () => {
  test("is the error of the last failure, stays when the connection is back, and goes with the client", async () => {
    const server = startServer();
    server.refuse({ status: 503 });
    const results: ReconnectingState[] = [];
    const Page: FunctionComponent<{ url: string }> = ({ url }) => {
      const result = useReconnecting(url, FAST);
      results.push(result);
      return `${result.state.type} ${String(result.lastError?.code)}`;
    };
    const tree = mount(h(Page, { url: URL }));
    const peer = await server.accept();
    await until(() => expect(tree.text).toBe("open HANDSHAKE_REJECTED"));
    peer.terminate();
    await server.accept();
    await until(() => expect(tree.text).toBe("open CONNECTION_LOST"));
    tree.render(h(Page, { url: `${URL}/2` }));
    expect(tree.text).toBe("connecting undefined");
    await until(() => expect(tree.text).toBe("open undefined"));
  });
});

describe("send", () => {
  test("is the same function in each render, also of another client", async () => {
    const server = startServer();
    const results: ReconnectingState[] = [];
    const Page: FunctionComponent<{ url: string | null }> = ({ url }) => {
      results.push(useReconnecting(url));
      return null;
    };
    const tree = mount(h(Page, { url: URL }));
    await server.accept();
    tree.render(h(Page, { url: `${URL}/2` }));
    const peer = await server.accept();
    tree.render(h(Page, { url: null }));
    expect(new Set(results.map(({ send }) => send)).size).toBe(1);
    await peer.closed;
  });

  test("queues what is sent before the connection is open", async () => {
    const server = startServer();
    server.refuse({ status: 503, times: 2 });
    const Connection = connectionOf(URL, FAST);
    mount(h(Connection));
    await Connection.results[0]?.send("early");
    await (await server.accept()).expect("early");
  });

  test("works in an effect of a child, which runs before that of the component", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Child: FunctionComponent<{ send: ReconnectingState["send"]; text: string }> = (props) => {
      const { send, text } = props;
      useEffect(() => void send(text), [send, text]);
      return null;
    };
    const Parent: FunctionComponent<{ url: string }> = ({ url }) => {
      const { send, state } = useReconnecting(url);
      return h("p", null, state.type, h(Child, { send, text: `hello ${url}` }));
    };
    const tree = mount(strict(h(Parent, { url: URL })));
    await (await server.accept()).expect(`hello ${URL}`);
    tree.render(strict(h(Parent, { url: `${URL}/2` })));
    await (await server.accept()).expect(`hello ${URL}/2`);
    await until(() => expect(tree.text).toBe("open"));
    await settle();
    expect(peers.length).toBe(2);
  });

  test("works while the component unmounts, and rejects with CLOSED later, without a dial", async () => {
    const server = startServer();
    const peers = countDials(server);
    let send: ReconnectingState["send"] | undefined;
    const Page: FunctionComponent<{ children?: ReactNode }> = () => {
      const result = useReconnecting(URL);
      send = result.send;
      useEffect(() => () => void send?.("bye"), []);
      return result.state.type;
    };
    const tree = mount(h(Page));
    await until(() => expect(tree.text).toBe("open"));
    tree.unmount();
    await peers[0]?.expect("bye");
    await peers[0]?.closed;
    await expect(send?.("late")).rejects.toMatchObject({ code: "CLOSED" });
    await settle();
    expect(peers.length).toBe(1);
  });

  test("goes over the connection that another component has taken over", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL);
    const tree = mount(h(Connection, { key: 1 }));
    await until(() => expect(tree.text).toBe("open"));
    const send = Connection.results[0]?.send;
    tree.render(h(Connection, { key: 2 }));
    await send?.("old");
    await peers[0]?.expect("old");
    expect(peers.length).toBe(1);
  });

  test.each([
    ["that never had", []],
    ["that has lost its", [URL]],
  ])("rejects with CLOSED in a component %s URL", async (_which, urls) => {
    const server = startServer();
    const results: ReconnectingState[] = [];
    const Page: FunctionComponent<{ url: string | null }> = ({ url }) => {
      results.push(useReconnecting(url));
      return null;
    };
    const tree = mount(null);
    for (const url of [...urls, null]) tree.render(h(Page, { url }));
    await expect(results[0]?.send("x")).rejects.toMatchObject({ code: "CLOSED" });
    // One that is not awaited is not an unhandled rejection.
    void results[0]?.send("x");
    await settle();
    expect(server.connections).toEqual([]);
  });
});
