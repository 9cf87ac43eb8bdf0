import { createElement as h, startTransition, Suspense, useState } from "react";
import type { FunctionComponent } from "react";
import { describe, expect, test, vi } from "vitest";
import { useReconnecting } from "../../src/react/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import {
  checkReactErrors,
  connectionOf,
  countDials,
  mount,
  nextTurn,
  settle,
  startServer,
  strict,
  until,
  URL,
} from "./support.js";

checkLeaks();
checkReactErrors();

describe("a connection", () => {
  test("opens when the component mounts, and closes with 1000 when it unmounts", async () => {
    const server = startServer();
    const tree = mount(h(connectionOf(URL)));
    const peer = await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    tree.unmount();
    expect(await peer.closed).toMatchObject({ code: 1000, clean: true, by: "peer" });
  });

  test("is dialled once in StrictMode, and closed when the component unmounts", async () => {
    const server = startServer();
    const peers = countDials(server);
    const tree = mount(strict(h(connectionOf(URL))));
    await until(() => expect(tree.text).toBe("open"));
    await settle();
    expect(peers.length).toBe(1);
    tree.unmount();
    await until(() => expect(server.connections).toEqual([]));
    expect(peers.length).toBe(1);
  });

  test("survives an unmount and a mount in the same turn, and goes to the new component", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL, { backoff: { min: 10 } });
    const tree = mount(h(Connection, { key: 1 }));
    await until(() => expect(tree.text).toBe("open"));
    const client = Connection.results.at(-1)?.client;
    tree.render(h(Connection, { key: 2 }));
    expect(Connection.results.at(-1)).toMatchObject({ client, state: { type: "open" } });
    tree.render(null);
    tree.render(h(Connection, { key: 3 }));
    await settle();
    expect(tree.text).toBe("open");
    expect(peers.length).toBe(1);
    // It follows the status of the client that it took over.
    await client?.close();
    await until(() => expect(tree.text).toBe("closed"));
  });

  test("ends if the component mounts again a turn later", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL);
    const tree = mount(h(Connection));
    await until(() => expect(tree.text).toBe("open"));
    tree.render(null);
    await nextTurn();
    tree.render(h(Connection));
    await until(() => expect(peers.length).toBe(2));
    expect(await peers[0]?.closed).toMatchObject({ code: 1000 });
  });

  test("is not left behind by a component that unmounts in the turn in which it mounts", async () => {
    const server = startServer();
    const tree = mount(h(connectionOf(URL)));
    tree.unmount();
    await settle();
    expect(server.connections).toEqual([]);
  });

  test("belongs to one component: two components have two", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL);
    mount(h("p", null, h(Connection), h(Connection)));
    await until(() => expect(peers.length).toBe(2));
    await settle();
    expect(server.connections.length).toBe(2);
  });

  test("is not handed to a component with other data, or another function that opens connections", async () => {
    const server = startServer();
    const peers = countDials(server);
    const variants = [
      connectionOf(URL, { protocols: ["a"] }),
      connectionOf(URL, { protocols: ["b"] }),
      connectionOf(URL, { onConnect: () => undefined }),
      connectionOf(URL, { onConnect: () => undefined }),
      connectionOf(URL, { headers: () => ({}) }),
      connectionOf(() => URL),
      connectionOf(() => URL),
    ];
    const tree = mount(null);
    for (const [i, Connection] of variants.entries()) {
      tree.render(h(Connection));
      await until(() => expect(peers.length).toBe(i + 1));
    }
    await settle();
    expect(server.connections.length).toBe(1);
  });

  test("is handed to a component whose other functions differ, which are called from then on", async () => {
    const server = startServer();
    const onLost = [vi.fn(), vi.fn()];
    const first = connectionOf(URL, { onLost: onLost[0] });
    const second = connectionOf(URL, { onLost: onLost[1] });
    server.stall();
    const tree = mount(h(first));
    void first.results[0]?.send("lost");
    tree.render(h(second));
    expect(second.results.at(-1)?.client).toBe(first.results.at(-1)?.client);
    tree.unmount();
    await until(() => expect(onLost[1]).toHaveBeenCalledOnce());
    expect(onLost[0]).not.toHaveBeenCalled();
  });
});

describe("without a URL", () => {
  test("nothing is dialled until there is one, and the connection ends when there is none", async () => {
    const server = startServer();
    const Connection: FunctionComponent<{ url: string | null }> = ({ url }) => {
      const { client, state } = useReconnecting(url);
      return `${client ? "client" : "none"} ${state.type}`;
    };
    const tree = mount(h(Connection, { url: null }));
    await settle();
    expect(tree.text).toBe("none suspended");
    expect(server.connections).toEqual([]);
    tree.render(h(Connection, { url: URL }));
    await until(() => expect(tree.text).toBe("client open"));
    tree.render(h(Connection, { url: null }));
    expect(tree.text).toBe("none suspended");
    await until(() => expect(server.connections).toEqual([]));
  });
});

describe("another URL", () => {
  test("replaces the client, and no render has the client of the other URL", async () => {
    const server = startServer();
    const clients = new Map<string, unknown>();
    const Connection: FunctionComponent<{ url: string }> = ({ url }) => {
      const { client, state } = useReconnecting(url);
      if (client) expect(clients.get(url) ?? client).toBe(client);
      if (client) clients.set(url, client);
      return state.type;
    };
    const tree = mount(h(Connection, { url: URL }));
    const first = await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    tree.render(h(Connection, { url: `${URL}/2` }));
    expect(tree.text).toBe("connecting");
    const second = await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    expect(second.request.url).toBe(`${URL}/2`);
    expect(await first.closed).toMatchObject({ code: 1000 });
    expect(new Set(clients.values()).size).toBe(2);
  });

  test("may be given as an object, and a new object with the same URL changes nothing", async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection: FunctionComponent = () => useReconnecting(new globalThis.URL(URL)).state.type;
    const tree = mount(h(Connection));
    await until(() => expect(tree.text).toBe("open"));
    tree.render(h(Connection));
    await settle();
    expect(peers.length).toBe(1);
  });

  test("in a transition is dialled when the transition is over", async () => {
    const server = startServer();
    const peers = countDials(server);
    let finish: () => void = () => {};
    const waits = new Promise<void>((resolve) => (finish = resolve));
    let isReady = false;
    let go: (url: string) => void = () => {};
    const Slow: FunctionComponent<{ url: string }> = ({ url }) => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- how components suspend in React 18
      if (url !== URL && !isReady) throw waits;
      return ` ${url}`;
    };
    const Page: FunctionComponent = () => {
      const [url, setUrl] = useState(URL);
      go = (next) => startTransition(() => setUrl(next));
      const { state } = useReconnecting(url);
      return h(Suspense, { fallback: "fallback" }, state.type, h(Slow, { url }));
    };
    const tree = mount(h(Page));
    await until(() => expect(tree.text).toBe(`open ${URL}`));
    go(`${URL}/2`);
    await settle();
    // The old connection works on while the transition waits.
    expect(tree.text).toBe(`open ${URL}`);
    expect(peers.length).toBe(1);
    expect(server.connections.length).toBe(1);
    isReady = true;
    finish();
    await until(() => expect(tree.text).toBe(`open ${URL}/2`));
    expect(peers.map(({ request }) => request.url)).toEqual([URL, `${URL}/2`]);
  });
});

describe("Suspense", () => {
  test("a component that suspends before it has mounted dials once, when it mounts", async () => {
    const server = startServer();
    const peers = countDials(server);
    let finish: () => void = () => {};
    const waits = new Promise<void>((resolve) => (finish = resolve));
    let isReady = false;
    const Connection: FunctionComponent = () => {
      const { state } = useReconnecting(URL);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- how components suspend in React 18
      if (!isReady) throw waits;
      return state.type;
    };
    const tree = mount(strict(h(Suspense, { fallback: "fallback" }, h(Connection))));
    await settle();
    expect(tree.text).toBe("fallback");
    expect(peers.length).toBe(0);
    isReady = true;
    finish();
    await until(() => expect(tree.text).toBe("open"));
    expect(peers.length).toBe(1);
  });

  test("a component that suspends later keeps its connection", async () => {
    const server = startServer();
    const peers = countDials(server);
    let finish: () => void = () => {};
    let waits: Promise<void> | undefined;
    const Connection: FunctionComponent = () => {
      const { state } = useReconnecting(URL);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- how components suspend in React 18
      if (waits) throw waits;
      return state.type;
    };
    const page = () => h(Suspense, { fallback: "fallback" }, h(Connection));
    const tree = mount(page());
    await until(() => expect(tree.text).toBe("open"));
    waits = new Promise<void>((resolve) => (finish = resolve));
    tree.render(page());
    await settle();
    expect(tree.text).toContain("fallback");
    expect(server.connections.length).toBe(1);
    waits = undefined;
    finish();
    await until(() => expect(tree.text).toBe("open"));
    expect(peers.length).toBe(1);
  });
});
