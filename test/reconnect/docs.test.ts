import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { expect, onTestFinished, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type { ReconnectingClient } from "../../src/reconnect/node.js";
import { TestClock, TestServer } from "../../src/testing/node.js";
import { ROOT } from "../helpers/root.js";
import { until } from "./support.js";

type Listener<T> = (value: T) => void;

const readPage = (name: string): string => readFileSync(join(ROOT, "docs/guide", name), "utf8");

/** The example for React Native. */
const block = /```ts\n(import \{ AppState \}[^]*?)```/.exec(readPage("reconnecting.md"))?.[1] ?? "";

/** Returns the body of the example as a function, without its imports and types. */
async function example(): Promise<(...parameters: unknown[]) => ReconnectingClient> {
  const { code } = await transform(block.replace(/^import .*\n/gm, ""), { loader: "ts" });
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  return new Function("AppState", "NetInfo", "reconnecting", `${code}; return client;`) as never;
}

test("the page on React Native has the same example", () => {
  expect(block).not.toBe("");
  expect(readPage("react-native-and-electron.md")).toContain(block);
});

test("the example for React Native follows the network and the state of the app", async () => {
  let setNetwork: Listener<{ isConnected: boolean }> | undefined;
  let setAppState: Listener<string> | undefined;
  const NetInfo = { addEventListener: (listener: typeof setNetwork) => (setNetwork = listener) };
  const AppState = {
    addEventListener: (_: string, listener: typeof setAppState) => (setAppState = listener),
  };
  const clock = new TestClock();
  const server = new TestServer("wss://api.example.com/feed");
  const client = (await example())(AppState, NetInfo, reconnecting);
  onTestFinished(async () => {
    client.terminate();
    await server.close();
    clock[Symbol.dispose]();
    vi.restoreAllMocks();
  });
  await until(client, "open");
  const peer = await server.accept();

  // The network is lost: the connection is checked at once, and its silent peer is found dead.
  peer.silence();
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  setNetwork?.({ isConnected: false });
  await clock.advance("20s");
  expect(client.state).toMatchObject({
    type: "waiting",
    delay: 499.5,
    error: { code: "KEEPALIVE_TIMEOUT" },
  });

  // The app comes to the front: the wait ends early.
  vi.spyOn(Math, "random").mockReturnValue(0);
  setAppState?.("background");
  await clock.advance(1);
  expect(client.state.type).toBe("waiting");
  setAppState?.("active");
  await clock.advance(1);
  expect(client.state.type).toBe("open");
});
