import { createElement as h, useState } from "react";
import type { FunctionComponent } from "react";
import { describe, expect, test, vi } from "vitest";
import { createContext } from "../../src/node.js";
import { json } from "../../src/codec/node.js";
import { forward, isEqual } from "../../src/react/arguments.js";
import { useReconnecting } from "../../src/react/node.js";
import type { ReconnectOptions } from "../../src/reconnect/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import {
  checkReactErrors,
  countDials,
  mount,
  nextTurn,
  settle,
  startServer,
  until,
  URL,
} from "./support.js";

checkLeaks();
checkReactErrors();

const signal = new AbortController().signal;
class Codec {
  readonly name: string = "own";
}
class OtherCodec extends Codec {}

describe("arguments are equal", () => {
  test.each<[name: string, make: () => unknown]>([
    ["numbers", () => ({ dialTimeout: 1 })],
    ["nested literals", () => ({ backoff: { min: 1, max: "1s" }, queue: { ttl: 5 } })],
    ["arrays", () => ({ protocols: ["a", "b"] })],
    [
      "functions, whatever they are",
      () => ({ onLost: () => {}, keepAlive: { message: () => "" } }),
    ],
    ["codecs of wschan/codec", () => ({ codec: json() })],
    ["the same other object", () => ({ signal })],
    ["null and undefined", () => ({ a: null, b: undefined })],
    ["NaN", () => NaN],
  ])("if they have the same %s", (_name, make) => {
    expect(isEqual(make(), make())).toBe(true);
  });

  test("if a property is undefined in one and missing in the other", () => {
    expect(isEqual({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(isEqual({ a: 1 }, { a: 1, b: undefined })).toBe(true);
  });

  test.each<[name: string, a: unknown, b: unknown]>([
    ["values", { dialTimeout: 1 }, { dialTimeout: 2 }],
    ["nested values", { backoff: { min: 1 } }, { backoff: { min: 2 } }],
    ["items", { protocols: ["a"] }, { protocols: ["b"] }],
    ["lengths", { protocols: ["a"] }, { protocols: ["a", "b"] }],
    ["names", { a: 1 }, { b: 1 }],
    ["kinds", { codec: undefined }, { codec: json() }],
    ["a function in one only", { onLost: () => {} }, {}],
    ["a null", { meta: null }, { meta: {} }],
    ["signals", { signal }, { signal: new AbortController().signal }],
    ["instances of a class", { codec: new Codec() }, { codec: new Codec() }],
    ["classes for option webSocket", { webSocket: Codec }, { webSocket: OtherCodec }],
  ])("unless they differ in their %s", (_name, a, b) => {
    expect(isEqual(a, b)).toBe(false);
    expect(isEqual(b, a)).toBe(false);
  });
});

describe("a copy of the arguments", () => {
  test("calls the functions that the latest arguments have in the same place", () => {
    let latest = { options: { onLost: () => 1, codec: { name: "a", encode: () => "a1" } } };
    const copy = forward(() => latest, "options") as typeof latest.options;
    latest = { options: { onLost: () => 2, codec: { name: "a", encode: () => "a2" } } };
    expect(copy.onLost()).toBe(2);
    expect(copy.codec.encode()).toBe("a2");
    expect(copy.codec.name).toBe("a");
  });

  test("keeps the arguments and the owner of a call", () => {
    const codec = {
      prefix: "p",
      encode(this: { prefix: string }, value: string, type: number) {
        return this.prefix + value + String(type);
      },
    };
    const copy = forward(() => ({ codec }), "codec") as typeof codec;
    expect(copy.encode("x", 1)).toBe("px1");
  });

  test("has the same classes, arrays and other objects", () => {
    const options = { webSocket: Codec, protocols: ["a"], signal, codec: new Codec() };
    const copy = forward(() => ({ options }), "options") as typeof options;
    expect(copy).toEqual(options);
    for (const name of ["webSocket", "protocols", "signal", "codec"] as const) {
      expect(copy[name]).toBe(options[name]);
    }
  });
});

/** A component with options that a test can replace. */
function withOptions(): {
  readonly Page: FunctionComponent;
  readonly set: (next: ReconnectOptions) => void;
} {
  let setOptions: (next: ReconnectOptions) => void = () => {};
  const Page: FunctionComponent = () => {
    const [options, set] = useState<ReconnectOptions>({});
    setOptions = set;
    return useReconnecting(URL, options).state.type;
  };
  return { Page, set: (next) => setOptions(next) };
}

describe("options of a component", () => {
  test("that are written inline keep the connection", async () => {
    const server = startServer();
    const peers = countDials(server);
    const context = createContext();
    let renders = 0;
    const Page: FunctionComponent = () => {
      renders++;
      const { state } = useReconnecting(URL, {
        context,
        codec: json<number>(),
        protocols: ["a"],
        backoff: { min: "10ms" },
        headers: () => ({ a: "1" }),
        onConnect: () => undefined,
        onLost: () => undefined,
      });
      return state.type;
    };
    const tree = mount(h(Page));
    await until(() => expect(tree.text).toBe("open"));
    for (let i = 0; i < 10; i++) tree.render(h(Page));
    await settle();
    expect(peers.length).toBe(1);
    // Mounting, the client, the open connection, and those above.
    expect(renders).toBe(13);
    tree.unmount();
    await nextTurn();
    await context.close();
  });

  test("that change replace the connection", async () => {
    const server = startServer();
    const { Page, set } = withOptions();
    const tree = mount(h(Page));
    const first = await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    set({ protocols: ["b"] });
    const second = await server.accept();
    expect(second.request.protocols).toEqual(["b"]);
    expect(await first.closed).toMatchObject({ code: 1000 });
  });

  test("that are functions are called as of the latest render, and keep the connection", async () => {
    const server = startServer();
    const peers = countDials(server);
    const { Page, set } = withOptions();
    const options = (version: string): ReconnectOptions => ({
      backoff: { min: 1, max: 1 },
      headers: () => ({ version }),
      onConnect: (client) => client.send(version),
      codec: {
        name: "own",
        decoder: () => (message, emit) => emit(message, 1),
        encode: (value) => `${value as string} encoded by ${version}`,
      },
    });
    const tree = mount(h(Page));
    set(options("1"));
    await until(() => expect(peers.at(-1)?.request.headers).toMatchObject({ version: "1" }));
    await peers.at(-1)?.expect("1 encoded by 1");
    const dials = peers.length;
    set(options("2"));
    await settle();
    expect(peers.length).toBe(dials);
    peers.at(-1)?.terminate();
    await until(() => expect(peers.length).toBe(dials + 1));
    expect(peers.at(-1)?.request.headers).toMatchObject({ version: "2" });
    await peers.at(-1)?.expect("2 encoded by 2");
    await until(() => expect(tree.text).toBe("open"));
  });

  test("such as shouldRetry can see the state of the latest render", async () => {
    const server = startServer();
    let retry: (value: boolean) => void = () => {};
    const shouldRetry = vi.fn();
    const Page: FunctionComponent = () => {
      const [isOn, setOn] = useState(true);
      retry = setOn;
      const { state } = useReconnecting(URL, {
        backoff: { min: 1, max: 1 },
        shouldRetry: () => (shouldRetry(isOn), isOn),
      });
      return state.type;
    };
    const tree = mount(h(Page));
    (await server.accept()).terminate();
    const peer = await server.accept();
    await until(() => expect(tree.text).toBe("open"));
    retry(false);
    await settle();
    peer.terminate();
    await until(() => expect(tree.text).toBe("closed"));
    expect(shouldRetry.mock.calls).toEqual([[true], [false]]);
  });
});
