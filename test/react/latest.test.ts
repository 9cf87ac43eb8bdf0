import { createElement as h, Profiler, useState } from "react";
import type { FunctionComponent } from "react";
import { flushSync } from "react-dom";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { useLatest, useReconnecting } from "../../src/react/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient } from "../../src/reconnect/node.js";
import { TestClock } from "../../src/testing/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { collectUncaught } from "../helpers/uncaught.js";
import { checkReactErrors, mount, settle, startServer, strict, URL } from "./support.js";

checkLeaks();
checkReactErrors();

/** The requested frames. */
const frames: (() => void)[] = [];

/** Runs the frames that were requested. */
const runFrame = async (): Promise<void> => {
  for (const run of frames.splice(0)) run();
  await settle();
};

beforeEach(() => {
  frames.length = 0;
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => frames.push(run));
  return () => vi.unstubAllGlobals();
});

interface Price {
  readonly symbol: string;
  readonly price: number;
}

/** Opens a client of a server in memory, which is closed when the test ends. */
async function open(server = startServer()): Promise<{
  readonly client: ReconnectingClient;
  readonly send: (...values: unknown[]) => Promise<void>;
}> {
  const client = reconnecting(URL);
  onTestFinished(() => client.terminate());
  const peer = await server.accept();
  return {
    client,
    send: async (...values) => {
      for (const value of values) await peer.send(JSON.stringify(value));
      await settle();
    },
  };
}

const parse = ({ data }: { readonly data: unknown }): unknown =>
  JSON.parse(String(data)) as unknown;

describe("useLatest", () => {
  test("returns the latest message, and renders once in a frame", async () => {
    const server = startServer();
    let renders = 0;
    const Page: FunctionComponent = () => {
      const { client } = useReconnecting(URL);
      const message = useLatest(client);
      renders++;
      return message ? String(message.data) : "none";
    };
    const tree = mount(h(Page));
    const peer = await server.accept();
    await settle();
    expect(tree.text).toBe("none");
    const before = renders;
    for (let i = 0; i < 100; i++) await peer.send(String(i));
    await settle();
    expect([renders - before, frames.length]).toEqual([0, 1]);
    await runFrame();
    expect(tree.text).toBe("99");
    expect([renders - before, frames.length]).toEqual([1, 0]);
    await peer.send("100");
    await settle();
    await runFrame();
    expect(tree.text).toBe("100");
    expect(renders - before).toBe(2);
  });

  test("works in StrictMode", async () => {
    const { client, send } = await open();
    const Page: FunctionComponent = () => String(useLatest(client, parse));
    const tree = mount(strict(h(Page)));
    await send(1, 2);
    await runFrame();
    expect(tree.text).toBe("2");
  });

  test("renders the components of a page together, so that they agree", async () => {
    const { client, send } = await open();
    const Part: FunctionComponent = () => String(useLatest(client, parse));
    let commits = 0;
    const parts = h("p", null, h(Part), " ", h(Part), " ", h(Part));
    const tree = mount(h(Profiler, { id: "page", onRender: () => commits++ }, parts));
    for (const value of [1, 2]) {
      await send(0, value);
      expect([commits, frames.length]).toEqual([value, 3]);
      await runFrame();
      expect(tree.text).toBe(`${value} ${value} ${value}`);
    }
    expect(commits).toBe(3);
  });

  test("skips messages for which select returns undefined", async () => {
    const { client, send } = await open();
    const select = (message: { data: unknown }): number | undefined => {
      const { symbol, price } = parse(message) as Price;
      return symbol === "A" ? price : undefined;
    };
    const Page: FunctionComponent = () => String(useLatest(client, select));
    const tree = mount(h(Page));
    await send({ symbol: "B", price: 1 });
    expect([tree.text, frames.length]).toEqual(["undefined", 0]);
    await send({ symbol: "A", price: 2 }, { symbol: "B", price: 3 });
    await runFrame();
    expect(tree.text).toBe("2");
  });

  test("returns null if select does", async () => {
    const { client, send } = await open();
    const Page: FunctionComponent = () => String(useLatest(client, () => null));
    const tree = mount(h(Page));
    await send(1);
    await runFrame();
    expect(tree.text).toBe("null");
  });

  test("does not render for a value that is equal", async () => {
    const { client, send } = await open();
    let renders = 0;
    const Page: FunctionComponent = () => {
      renders++;
      return String(useLatest(client, parse));
    };
    const tree = mount(h(Page));
    await send(1);
    await runFrame();
    await send(2, 1);
    await runFrame();
    expect([tree.text, renders]).toEqual(["1", 2]);
  });

  test("compares with isEqual of the latest render", async () => {
    const { client, send } = await open();
    let setTolerance: (tolerance: number) => void = () => {};
    const Page: FunctionComponent = () => {
      const [tolerance, set] = useState(10);
      setTolerance = set;
      const select = (message: { data: unknown }): number => parse(message) as number;
      return String(useLatest(client, select, (a, b) => Math.abs(a - b) < tolerance));
    };
    const tree = mount(h(Page));
    await send(100);
    await runFrame();
    await send(105);
    await runFrame();
    expect(tree.text).toBe("100");
    flushSync(() => setTolerance(2));
    await send(109);
    await runFrame();
    expect(tree.text).toBe("109");
  });

  test("shows at once what another select returns for the latest message", async () => {
    const { client, send } = await open();
    const Page: FunctionComponent<{ name: "a" | "b" }> = ({ name }) =>
      String(useLatest(client, (message) => (parse(message) as Record<string, number>)[name]));
    const tree = mount(h(Page, { name: "a" }));
    await send({ a: 1, b: 2 });
    await runFrame();
    // The selected value is the same.
    await send({ a: 1, b: 3 });
    await runFrame();
    expect(tree.text).toBe("1");
    tree.render(h(Page, { name: "b" }));
    expect(tree.text).toBe("3");
  });

  test("forgets the value of another client, and shows the same value of its own", async () => {
    const server = startServer();
    const { client, send } = await open(server);
    const second = await open(server);
    const Page: FunctionComponent<{ client: ReconnectingClient | null }> = ({ client }) =>
      String(useLatest(client, parse));
    const tree = mount(h(Page, { client }));
    await send(1);
    await runFrame();
    expect(tree.text).toBe("1");
    tree.render(h(Page, { client: second.client }));
    expect(tree.text).toBe("undefined");
    await second.send(1);
    await runFrame();
    expect(tree.text).toBe("1");
    tree.render(h(Page, { client: null }));
    expect(tree.text).toBe("undefined");
  });

  test("drops what waits for a frame when it unmounts", async () => {
    const { client, send } = await open();
    const select = vi.fn(parse);
    const Page: FunctionComponent = () => String(useLatest(client, select));
    const tree = mount(h(Page));
    await send(1);
    tree.render(null);
    const calls = select.mock.calls.length;
    await runFrame();
    expect(select).toHaveBeenCalledTimes(calls);
  });

  test("reports an exception of select as uncaught, and goes on", async () => {
    const uncaught = collectUncaught();
    const { client, send } = await open();
    const failure = new Error("select failed");
    const Page: FunctionComponent = () =>
      String(
        useLatest(client, (message) => {
          if (parse(message) === 1) throw failure;
          return parse(message);
        }),
      );
    const tree = mount(h(Page));
    await send(1, 2);
    await runFrame();
    expect(tree.text).toBe("2");
    expect(uncaught).toEqual([failure]);
  });

  test.each([
    ["after a second in a hidden page, which has no frames", true, "1s"],
    ["every 16 ms where there are no frames", false, 16],
  ])("renders %s", async (_name, hasFrames, wait) => {
    if (!hasFrames) vi.stubGlobal("requestAnimationFrame", undefined);
    using clock = new TestClock();
    const { client, send } = await open();
    const Page: FunctionComponent = () => String(useLatest(client, parse));
    const tree = mount(h(Page));
    await send(1);
    expect(tree.text).toBe("undefined");
    await clock.advance(wait);
    await settle();
    expect(tree.text).toBe("1");
    // The frame that comes when the page is visible again shows nothing new.
    await runFrame();
    expect(tree.text).toBe("1");
    await client.close();
  });

  test("renders in the next frame, and not a second after an earlier one", async () => {
    using clock = new TestClock();
    const { client, send } = await open();
    const Page: FunctionComponent = () => String(useLatest(client, parse));
    const tree = mount(h(Page));
    await send(1);
    await runFrame();
    await clock.advance("999ms");
    await send(2);
    await clock.advance(1);
    await settle();
    expect(tree.text).toBe("1");
    await runFrame();
    expect(tree.text).toBe("2");
    await client.close();
  });
});
