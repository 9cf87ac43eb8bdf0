import { once } from "node:events";
import { expect, test } from "vitest";
import type { WebSocketOptions } from "../../src/compat/node.js";
import { createContext } from "../../src/node.js";
import { failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ReconnectingWebSocket, WebSocket } from "../../src/compat/node.js";
import { webSocketClass } from "./class.js";
import { startWsServer } from "./servers/ws-server.js";

checkLeaks();

/** Dials with a class that has preset options. Returns the headers that the server got. */
async function headersOf(
  preset: WebSocketOptions,
  given?: WebSocketOptions,
): Promise<NodeJS.Dict<string | string[]>> {
  await using server = await startWsServer();
  const accepted = once(server.wss, "connection");
  const socket = new (webSocketClass(preset))(server.url, undefined, given);
  const [, request] = (await accepted) as [unknown, { headers: NodeJS.Dict<string | string[]> }];
  const closed = new Promise((resolve) => (socket.onclose = resolve));
  socket.close();
  await closed;
  return request.headers;
}

test("merges the headers of the class with those of the call, which win", async () => {
  const preset = { headers: { "X-Preset": "1", "X-Both": "preset" } };
  const headers = await headersOf(preset, { headers: { "x-given": "2", "x-both": "given" } });
  expect(headers).toMatchObject({ "x-preset": "1", "x-given": "2", "x-both": "given" });
});

test("merges headers that are a Headers object", async () => {
  const headers = await headersOf(
    { headers: new Headers({ "X-Preset": "1" }) },
    { headers: new Headers({ "x-given": "2" }) },
  );
  expect(headers).toMatchObject({ "x-preset": "1", "x-given": "2" });
});

test("keeps the headers of the class if the call has other options", async () => {
  const headers = await headersOf({ headers: { "X-Preset": "1" } }, { dialTimeout: "5s" });
  expect(headers).toMatchObject({ "x-preset": "1" });
});

test("keeps an option of the class if the call gives undefined", async () => {
  const headers = await headersOf(
    { headers: { "X-Preset": "1" } },
    { headers: undefined, readLimit: undefined },
  );
  expect(headers).toMatchObject({ "x-preset": "1" });
});

test.each([null, 5, "x", []])("throws INVALID_OPTION for the options %j", async (options) => {
  const given = options as unknown as WebSocketOptions;
  const url = "ws://127.0.0.1:1/";
  const codes = [
    () => new WebSocket(url, [], given),
    () => new ReconnectingWebSocket(url, [], given),
    () => new (webSocketClass(given))(url),
    () => new (webSocketClass({}))(url, [], given),
  ].map(failureCode);
  expect(await Promise.all(codes)).toEqual(codes.map(() => "INVALID_OPTION"));
});

test.each([5, [1], "x"])("throws INVALID_OPTION for the headers %j of a call", async (headers) => {
  const Class = webSocketClass({ headers: { a: "1" } });
  const options = { headers } as unknown as WebSocketOptions;
  expect(await failureCode(() => new Class("ws://127.0.0.1:1/", [], options))).toBe(
    "INVALID_OPTION",
  );
});

test("throws TypeError for a call without a URL", () => {
  const Class = webSocketClass({}) as unknown as new () => unknown;
  expect(() => new Class()).toThrow(TypeError);
});

test("dials in the context of the class", async () => {
  await using context = createContext({ policy: () => false });
  const socket = new (webSocketClass({ context }))("ws://127.0.0.1:1/");
  const error = await new Promise(
    (resolve) => (socket.onerror = ({ error }) => resolve(error.code)),
  );
  expect(error).toBe("CONNECT_FORBIDDEN");
});

test.each([
  [{ codec: { decoder: () => () => {} } }, "INVALID_OPTION"],
  [{ dialTimeout: "soon" }, "INVALID_OPTION"],
  [{ context: {} }, "INVALID_OPTION"],
  [{ unknown: 1 }, "INVALID_OPTION"],
])("throws the error of an option from the constructor: %j", async (preset, code) => {
  const Class = webSocketClass(preset as WebSocketOptions);
  expect(await failureCode(() => new Class("ws://127.0.0.1:1/"))).toBe(code);
});
