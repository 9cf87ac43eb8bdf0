import { describe, expect, test } from "vitest";
import { failure } from "../../helpers/failure.js";
import { BROWSER } from "../../helpers/unit-transport.js";
import { parse } from "./support.js";

describe("headers", () => {
  test.each<[string, unknown, Record<string, string>]>([
    [
      "an object",
      { Authorization: "Bearer x", "X-A": "" },
      { Authorization: "Bearer x", "X-A": "" },
    ],
    ["Headers", new Headers({ Authorization: "Bearer x" }), { authorization: "Bearer x" }],
    ["a Map", new Map([["X-A", "1"]]), { "X-A": "1" }],
    ["a tab, and Latin-1", { "X-A": "a\tb\u00e9" }, { "X-A": "a\tb\u00e9" }],
    [
      "a name that is a property of all objects",
      JSON.parse('{"__proto__":"x"}'),
      JSON.parse('{"__proto__":"x"}'),
    ],
    ["none", {}, {}],
  ])("may be %s", (_, headers, expected) => {
    const found = parse({ headers }).headers;
    expect(Object.entries(found)).toEqual(Object.entries(expected));
  });

  test.each([
    ..."Host,Origin,Connection,Upgrade,Content-Length,Transfer-Encoding".split(","),
    ..."Sec-WebSocket-Key,Sec-WebSocket-Protocol,Sec-WebSocket-Version,Sec-WebSocket-".split(","),
    ..."host,ORIGIN,sec-websocket-extensions".split(","),
  ])("may not name %j", async (name) => {
    const error = await failure(() => parse({ headers: { [name]: "hunter2" } }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("option headers");
    expect(error.message).toContain(name);
    expect(error.message).not.toContain("hunter2");
  });

  test.each([
    ["Host", "node.lookup"],
    ["hOST", "node.lookup"],
    ["Origin", "node.origin"],
    ["Sec-WebSocket-Protocol", "protocols"],
    ["Sec-WebSocket-Extensions", "compression"],
  ])("may not name %s, which option %s sets", async (name, option) => {
    const error = await failure(() => parse({ headers: { [name]: "hunter2" } }));
    expect(error.message).toContain(option);
  });

  test.each([
    "",
    " ",
    "hunter2 b",
    "Authorization: hunter2",
    "hunter2\r\nb",
    "\u00e9hunter2",
    "\0",
  ])("may not have the name %j, which no message shows", async (name) => {
    const error = await failure(() => parse({ headers: { "X-A": "1", [name]: "" } }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("option headers: the name of header 2");
    expect(error.message).not.toContain("hunter2");
  });

  test.each(["X-Host", "Hosts", "Origins", "X-Sec-WebSocket-Key", "Sec-WebSocke", "Cookie"])(
    "may name %s",
    (name) => {
      expect(parse({ headers: { [name]: "x" } }).headers).toEqual({ [name]: "x" });
    },
  );

  test.each([
    "hunter2\r",
    "hunter2\nX: y",
    "hunter2\0",
    "hunter2\x7f",
    "hunter2\u20ac",
    5,
    null,
    undefined,
    ["hunter2"],
    {},
  ])("may not have the value %j, which no message shows", async (value) => {
    const error = await failure(() => parse({ headers: { "X-A": value } }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/option headers.*X-A/);
    expect(error.message).not.toContain("hunter2");
  });

  test("may not name one header twice, whatever the case", async () => {
    const error = await failure(() => parse({ headers: { "X-A": "1", "x-a": "2" } }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("twice");
  });

  test.each([
    null,
    5,
    true,
    "Authorization: hunter2",
    () => {},
    ["hunter2"],
    [null],
    [5],
    [["X-A"]],
    new Map([[5, "hunter2"]]),
  ])("may not be %o, which no message shows", async (headers) => {
    const error = await failure(() => parse({ headers }));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toContain("headers");
    if (typeof headers === "string") expect(error.message).toMatch(/not a string$/);
    expect(error.message).not.toContain("hunter2");
  });

  test("are UNSUPPORTED in a browser, with the alternatives", async () => {
    const error = await failure(() => parse({ headers: { "X-A": "hunter2" } }, BROWSER));
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toMatch(/option headers.*a browser.*subprotocol.*query.*cookie/);
    expect(error.message).not.toContain("hunter2");
  });
});
