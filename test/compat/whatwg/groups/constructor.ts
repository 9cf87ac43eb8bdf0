import { expect } from "vitest";
import { BASE_URL, expectDomException, expectTypeError } from "../kit.js";
import type { Group } from "../kit.js";

/** A URL on which no server listens. Sockets to it are closed as soon as they exist. */
const NOWHERE = "ws://127.0.0.1:2/";

export const argumentsOfConstructor: Group = ({ check, create, WebSocket }) => {
  check("a call without new is a TypeError", () => {
    expectTypeError(() => (WebSocket as unknown as (url: string) => void)(NOWHERE));
  });
  check("a call without a URL is a TypeError", () => {
    expectTypeError(() => Reflect.construct(WebSocket, []));
  });
  check("a Symbol as URL is a TypeError", () => {
    expectTypeError(() => create(Symbol("x") as never));
  });
  check("undefined is a relative URL, not a missing one", () => {
    const attempt = (): WebSocket => create(undefined as never);
    if (BASE_URL === undefined) expectDomException(attempt, "SyntaxError");
    else expect(attempt().url).toMatch(/\/undefined$/);
  });
  check("further arguments are ignored", () => {
    const Any = WebSocket as unknown as new (...all: unknown[]) => WebSocket;
    new Any(NOWHERE, [], "stray").close();
  });
  check("a subclass gives its instances its own prototype", () => {
    class Derived extends WebSocket {
      extra = 1;
    }
    const socket = new Derived(NOWHERE);
    socket.close();
    expect(socket).toBeInstanceOf(Derived);
    expect(socket).toBeInstanceOf(WebSocket);
    expect(socket.extra).toBe(1);
  });
};

export const protocols: Group = ({ check, create, open }) => {
  const bad: readonly (readonly [string, unknown])[] = [
    ["an empty string", ""],
    ["a space", "a b"],
    ["a space at the end", "a "],
    ["a comma", "a,b"],
    ["a character that is not ASCII", "ä"],
    ["NUL", "a\0b"],
    ["a tab", "a\tb"],
    ["DEL", "a\u007f"],
    ...Array.from('()<>@;:\\"/[]?={}').map((separator): [string, string] => [
      `the separator ${separator}`,
      `a${separator}b`,
    ]),
    ["an empty string in an array", ["a", ""]],
    ["a bad one after a good one", ["a", "b c"]],
    ["a repeated one", ["a", "b", "a"]],
    ["an object, as its string has spaces", {}],
    ["an array in an array, as its string has a comma", [["a", "b"]]],
  ];
  for (const [what, value] of bad) {
    check(`is a SyntaxError: ${what}`, () => {
      expectDomException(() => create(NOWHERE, value as never), "SyntaxError");
    });
  }
  check("a Symbol is a TypeError", () => {
    expectTypeError(() => create(NOWHERE, Symbol("x") as never));
    expectTypeError(() => create(NOWHERE, [Symbol("x")] as never));
  });
  check("a bad URL is reported before a bad protocol", () => {
    // Both are a SyntaxError, so the arguments tell the order: they are converted before anything is checked.
    expectTypeError(() => create("ws://foo bar.example/", Symbol("x") as never));
  });

  const offered: readonly (readonly [string, unknown, string | undefined])[] = [
    ["no argument", undefined, undefined],
    ["an empty array", [], undefined],
    ["a string", "a", "a"],
    ["an array", ["a", "b"], "a, b"],
    ["any iterable", new Set(["a", "b"]), "a, b"],
    ["names that differ in more than case", ["A1", "a2"], "A1, a2"],
    ["all characters of a token", "!#$%&'*+-.^_`|~09AZaz", "!#$%&'*+-.^_`|~09AZaz"],
    ["null, as its string", null, "null"],
    ["a number, as its string", 7, "7"],
    ["values in an array, as their strings", [null, 7, undefined], "null, 7, undefined"],
    ["the name of a property of objects", ["constructor", "__proto__"], "constructor, __proto__"],
  ];
  for (const [what, value, header] of offered) {
    check(`is offered in the request: ${what}`, async () => {
      const chosen = header?.split(", ")[0];
      const accept = chosen === undefined ? {} : { "Sec-WebSocket-Protocol": chosen };
      const { socket, report } = await open({ answer: { accept } }, value as never);
      const { request } = await report("messages-0");
      expect(request["sec-websocket-protocol"]?.split(/, */)).toEqual(header?.split(", "));
      expect(socket.protocol).toBe(chosen ?? "");
    });
  }
  check("may be chosen from any place in the list", async () => {
    const accept = { "Sec-WebSocket-Protocol": "b" };
    const { socket } = await open({ answer: { accept } }, ["a", "b", "c"]);
    expect(socket.protocol).toBe("b");
  });
};
