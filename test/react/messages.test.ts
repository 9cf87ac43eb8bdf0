import { createElement as h, useEffect, useState } from "react";
import type { FunctionComponent } from "react";
import { flushSync } from "react-dom";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createHub } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { Message } from "../../src/node.js";
import { useMessages, useReconnecting } from "../../src/react/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient } from "../../src/reconnect/node.js";
import type { TestPeer } from "../../src/testing/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { collectUncaught } from "../helpers/uncaught.js";
import {
  checkReactErrors,
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

type AnyClient = ReconnectingClient | null;

/** A component that appends the texts that it gets to a list. */
const Listener: FunctionComponent<{ client: AnyClient; list: string[] }> = ({ client, list }) => {
  useMessages(client, ({ data }) => list.push(String(data)));
  return null;
};

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i));

const sendAll = async (peer: TestPeer, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await peer.send(text);
};

/** Opens a client of a server in memory, which is closed when the test ends. */
async function open(): Promise<{ client: ReconnectingClient; peer: TestPeer }> {
  const server = startServer();
  const client = reconnecting(URL);
  onTestFinished(() => client.terminate());
  return { client, peer: await server.accept() };
}

describe("useMessages", () => {
  test("calls the handler with every message, once and in order, also in StrictMode", async () => {
    const server = startServer();
    const list: string[] = [];
    const Page: FunctionComponent = () => {
      const { client } = useReconnecting(URL);
      useMessages(client, ({ data }) => list.push(String(data)));
      return null;
    };
    mount(strict(h(Page)));
    await sendAll(await server.accept(), numbers(0, 500));
    await until(() => expect(list.length).toBe(500));
    expect(list).toEqual(numbers(0, 500));
  });

  test("calls the handlers of all components", async () => {
    const { client, peer } = await open();
    const lists: string[][] = [[], [], []];
    mount(h("p", null, ...lists.map((list) => h(Listener, { client, list }))));
    await sendAll(peer, numbers(0, 100));
    for (const list of lists) await until(() => expect(list).toEqual(numbers(0, 100)));
  });

  test("calls the handler of the latest render, and does not subscribe again", async () => {
    const { client, peer } = await open();
    const seen: string[] = [];
    let setName: (name: string) => void = () => {};
    const Page: FunctionComponent = () => {
      const [name, set] = useState("a");
      setName = set;
      useMessages(client, ({ data }) => seen.push(name + String(data)));
      return name;
    };
    const tree = mount(h(Page));
    await peer.send("1");
    await until(() => expect(seen).toEqual(["a1"]));
    flushSync(() => setName("b"));
    await peer.send("2");
    await until(() => expect(seen).toEqual(["a1", "b2"]));
    expect(tree.text).toBe("b");
  });

  test("delivers to the first components what has arrived before them", async () => {
    const { client, peer } = await open();
    await sendAll(peer, numbers(0, 50));
    await settle();
    const lists: string[][] = [[], []];
    mount(h("p", null, ...lists.map((list) => h(Listener, { client, list }))));
    await sendAll(peer, numbers(50, 60));
    for (const list of lists) await until(() => expect(list).toEqual(numbers(0, 60)));
  });

  test("delivers to a component that mounts beside others what arrives from then on", async () => {
    const { client, peer } = await open();
    const [first, second]: [string[], string[]] = [[], []];
    const tree = mount(h(Listener, { client, list: first, key: 1 }));
    await sendAll(peer, numbers(0, 5));
    await until(() => expect(first.length).toBe(5));
    tree.render([
      h(Listener, { client, list: first, key: 1 }),
      h(Listener, { client, list: second, key: 2 }),
    ]);
    await sendAll(peer, numbers(5, 10));
    await until(() => expect(second).toEqual(numbers(5, 10)));
    expect(first).toEqual(numbers(0, 10));
  });

  test("loses nothing while components replace each other, and while there is none", async () => {
    const { client, peer } = await open();
    const list: string[] = [];
    const tree = mount(null);
    const sent = sendAll(peer, numbers(0, 3_000));
    for (let key = 0; list.length < 3_000; key++) {
      tree.render(h(Listener, { client, list, key }));
      await nextTurn();
      // Without a component in some of the turns.
      if (key % 3 === 0) tree.render(null);
      await nextTurn();
    }
    await sent;
    expect(list).toEqual(numbers(0, 3_000));
  });

  test("leaves messages in the client, which slows the server down, while there is no component", async () => {
    const { client, peer } = await open();
    const list: string[] = [];
    const tree = mount(h(Listener, { client, list }));
    await peer.send("0");
    await until(() => expect(list).toEqual(["0"]));
    tree.render(null);
    let sent = 0;
    const texts = numbers(1, 500);
    const sending = (async () => {
      for (const text of texts) {
        await peer.send(text + "x".repeat(100_000));
        sent++;
      }
    })();
    await settle();
    expect(sent).toBeLessThan(400);
    tree.render(h(Listener, { client, list }));
    await sending;
    await until(() => expect(list.length).toBe(500));
    expect(list.map((text) => Number.parseInt(text))).toEqual(numbers(0, 500).map(Number));
  });

  test("reports an exception of a handler as uncaught, and goes on", async () => {
    const uncaught = collectUncaught();
    const { client, peer } = await open();
    const failure = new Error("handler failed");
    const list: string[] = [];
    const Failing: FunctionComponent = () => {
      useMessages(client, ({ data }) => {
        if (data === "1") throw failure;
        list.push(`own ${String(data)}`);
      });
      return null;
    };
    mount(h("p", null, h(Failing), h(Listener, { client, list })));
    await sendAll(peer, numbers(0, 3));
    await until(() => expect(list.length).toBe(5));
    expect(list).toEqual(["own 0", "0", "1", "own 2", "2"]);
    expect(uncaught).toEqual([failure]);
  });

  test("may unmount its own component, others, and the connection from a handler", async () => {
    const server = startServer();
    const seen: string[] = [];
    let remove: () => void = () => {};
    const Part: FunctionComponent<{ client: AnyClient; name: string }> = ({ client, name }) => {
      useMessages(client, ({ data }) => {
        seen.push(name + String(data));
        if (data === "end") flushSync(remove);
      });
      return null;
    };
    const Page: FunctionComponent = () => {
      const { client } = useReconnecting(URL);
      return h("p", null, h(Part, { client, name: "a " }), h(Part, { client, name: "b " }));
    };
    const tree = mount(h(Page));
    remove = () => tree.unmount();
    const peer = await server.accept();
    await sendAll(peer, ["0", "end", "late"]);
    await until(() => expect(server.connections).toEqual([]));
    expect(seen).toEqual(["a 0", "b 0", "a end"]);
  });

  test("does not deliver a message to a component that mounts because of it", async () => {
    const { client, peer } = await open();
    const list: string[] = [];
    const Page: FunctionComponent = () => {
      const [isOn, setOn] = useState(false);
      useMessages(client, () => flushSync(() => setOn(true)));
      return isOn ? h(Listener, { client, list }) : null;
    };
    mount(h(Page));
    await sendAll(peer, numbers(0, 3));
    await until(() => expect(list).toEqual(["1", "2"]));
  });

  test("waits for a client, and follows to another one", async () => {
    const first = await open();
    const second = { client: reconnecting("wss://api.example.com/2") };
    const list: string[] = [];
    const tree = mount(h(Listener, { client: null, list }));
    tree.render(h(Listener, { client: first.client, list }));
    await first.peer.send("1");
    await until(() => expect(list).toEqual(["1"]));
    tree.render(h(Listener, { client: second.client, list }));
    await first.peer.send("unread");
    await settle();
    expect(list).toEqual(["1"]);
    await second.client.close();
  });

  test("reads a client of connect", async () => {
    const server = startServer();
    const client = await connect(URL);
    const peer = await server.accept();
    const seen = vi.fn();
    const Page: FunctionComponent = () => {
      useMessages(client, (message) => void seen(message.data));
      return null;
    };
    mount(h(Page));
    await peer.send("x");
    await until(() => expect(seen).toHaveBeenCalledExactlyOnceWith("x"));
  });

  test("shares the client with other subscriptions of its hub", async () => {
    const { client, peer } = await open();
    const list: string[] = [];
    const request = vi.fn();
    const Page: FunctionComponent = () => {
      useMessages(client, ({ data }) => list.push(String(data)));
      useEffect(() => {
        const match = ({ data }: Message): boolean => data === "reply";
        createHub(client).request("ask", { match }).then(request, request);
      }, []);
      return null;
    };
    mount(h(Page));
    await peer.expect("ask");
    await sendAll(peer, ["1", "reply", "2"]);
    await until(() => expect(list).toEqual(["1", "2"]));
    expect(request).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ data: "reply" }));
  });

  test("ends with its client, and may mount after that", async () => {
    const { client, peer } = await open();
    const list: string[] = [];
    const tree = mount(h(Listener, { client, list }));
    await peer.send("last");
    await peer.close(1000);
    await until(() => expect(list).toEqual(["last"]));
    await client.closed;
    tree.render(null);
    tree.render(h(Listener, { client, list }));
    await settle();
    expect(list).toEqual(["last"]);
  });
});
