import { execFile } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { inspect, promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { connect, createContext } from "../../src/node.js";
import type { Client, ConnectionEvent, ConnectOptions, WebSocketClass } from "../../src/node.js";
import { TestServer } from "../../src/testing/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ROOT } from "../helpers/root.js";
import { collectUncaught } from "../helpers/uncaught.js";
import { turns } from "../helpers/unit-clock.js";
import { recordEvents } from "./suite/events.js";

checkLeaks();

type EventType = ConnectionEvent["type"];

/** The events of a connection that {@link converse} opens. */
const CONVERSATION: readonly EventType[] = [
  "dial",
  "open",
  "message",
  "message",
  "ping",
  "pong",
  "close",
];

const NOISE = "x".repeat(10_000);

/** Opens a connection, echoes a message, pings, and closes. Rejects if anything fails. */
async function converse(url: string, options: ConnectOptions): Promise<void> {
  const client = await connect(url, { observeMessages: true, ...options });
  await client.send("s3cret");
  expect(await client.receive()).toMatchObject({ value: { data: "s3cret" } });
  await client.ping();
  expect(await client.close()).toMatchObject({ code: 1000, clean: true });
}

/** Records the events that are published on diagnostics channels until the test ends. */
function subscribeAll(types: readonly EventType[]): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  for (const type of types) {
    const listener = (event: unknown, name: string | symbol): void => {
      expect(name).toBe(`wschan:${type}`);
      events.push(event as ConnectionEvent);
    };
    subscribe(`wschan:${type}`, listener);
    onTestFinished(() => void unsubscribe(`wschan:${type}`, listener));
  }
  return events;
}

describe("the events", () => {
  test("of a dial that is redirected are one `dial`, and `open` with the final URL", async () => {
    await using server = await startRawServer({
      onRequest(peer) {
        if (peer.request?.path !== "/old?token=t0ken") peer.accept();
        else peer.refuse("302 Found", { Location: `//me:pw@127.0.0.1:${server.port}/new?t=t0ken` });
      },
    });
    const { events, observe } = recordEvents();
    const url = `${server.url.replace("//", "//me:pw@")}old?token=t0ken`;
    const client = await connect(url, { observe, node: { followRedirects: true } });
    expect(events).toMatchObject([
      { type: "dial", url: `${server.url}old` },
      { type: "open", url: `${server.url}new`, status: 101 },
    ]);
    client.terminate();
  });

  test("hold no payload, header value, credentials or query", async () => {
    await using echo = await startEchoServer();
    await using refusing = await startRawServer({
      onRequest: (peer) => peer.refuse("401 Unauthorized", { "X-Server": "s3cret" }, "s3cret"),
    });
    const { events, observe } = recordEvents();
    const options = { observe, headers: { "X-Key": "s3cret" } };
    const withSecrets = (url: string): string => `${url.replace("//", "//me:s3cret@")}?s3cret`;
    await converse(withSecrets(echo.url), options);
    await connect(withSecrets(refusing.url), options).catch(() => {});
    await connect(withSecrets("ws://127.0.0.1:1/"), options).catch(() => {});
    expect(events.map(({ type }) => type)).toEqual([
      ...CONVERSATION,
      "dial",
      "dial-failed",
      "dial",
      "dial-failed",
    ]);
    const secrets = ["s3cret", Buffer.from("me:s3cret").toString("base64")];
    for (const secret of secrets) {
      expect(JSON.stringify(events)).not.toContain(secret);
      expect(inspect(events, { depth: 9 })).not.toContain(secret);
    }
  });

  test("reach every observer although each throws, and change nothing", async () => {
    await using server = await startEchoServer();
    const reported = collectUncaught();
    const thrown: unknown[] = [];
    const observe = ({ type }: ConnectionEvent): void => {
      const error = new Error(`thrown at ${type}`);
      thrown.push(error);
      throw error;
    };
    await using context = createContext({ observe });
    const { events, observe: record } = recordEvents();
    const client = await context.connect(server.url, { observe: record, observeMessages: true });
    await client.send("x");
    await client.receive();
    await client.ping();
    expect(await client.close()).toMatchObject({ code: 1000, clean: true });
    await expect(context.connect("ws://127.0.0.1:1/", { observe: record })).rejects.toMatchObject({
      code: "DIAL_FAILED",
    });
    await turns();
    expect(events.map(({ type }) => type)).toEqual([...CONVERSATION, "dial", "dial-failed"]);
    expect(thrown).toHaveLength(events.length);
    expect(reported).toEqual(thrown);
  });

  const actions: [EventType, (client: Client) => unknown][] = [
    ["open", () => {}],
    ["message", (client) => client.send("x")],
    // Nothing is received, so that the socket is paused.
    ["pause", (client) => Promise.all(Array.from({ length: 100 }, () => client.send(NOISE)))],
    ["ping", (client) => client.ping()],
    ["pong", (client) => client.ping()],
  ];
  test.each(actions)(
    "end with `close` if the observer ends the connection at `%s`",
    async (type, act) => {
      await using server = await startEchoServer();
      const first = recordEvents();
      await using context = createContext({
        observe(event) {
          first.observe(event);
          if (event.type === type) context.connections[0]?.terminate();
        },
      });
      // Called after the observer that ends the connection.
      const { events, observe } = recordEvents();
      const client = await context.connect(server.url, {
        observe,
        observeMessages: true,
        channelCapacity: 1,
      });
      await Promise.allSettled([act(client)]);
      expect(await client.closed).toMatchObject({ by: "local", clean: false });
      expect(events).toEqual(first.events);
      const types = events.map((event) => event.type);
      expect(types.slice(0, 2)).toEqual(["dial", "open"]);
      expect(types.indexOf("close")).toBe(types.length - 1);
      expect(types).toContain(type);
    },
  );
});

describe("diagnostics channels", () => {
  test("publish the events that the observer gets, after it was called", async () => {
    await using server = await startEchoServer();
    const published = subscribeAll([...CONVERSATION.slice(2), "dial", "open", "dial-failed"]);
    const { events, observe } = recordEvents();
    await converse(server.url, { observe });
    await connect("ws://127.0.0.1:1/", { observe }).catch(() => {});
    // The messages and the pings are listed twice.
    expect([...new Set(published)]).toEqual(events);
    expect(published[0]).toBe(events[0]);
  });

  test("publish events that have no observer, and none of messages without observeMessages", async () => {
    await using server = await startEchoServer();
    const published = subscribeAll(["dial", "message", "close"]);
    await converse(server.url, { observeMessages: false });
    expect(published.map(({ type }) => type)).toEqual(["dial", "close"]);
  });

  test.each([
    ["option webSocket", { webSocket: WebSocket as unknown as WebSocketClass }],
    ["a test server", {}],
  ])("publish the events of %s", async (_, options) => {
    await using echo = await startEchoServer();
    await using server = new TestServer("ws://memory.test/*");
    const published = subscribeAll(["dial", "open", "close"]);
    const client = await connect("webSocket" in options ? echo.url : "ws://memory.test/", options);
    await client.close();
    expect(published.map(({ type }) => type)).toEqual(["dial", "open", "close"]);
    expect(server.connections).toEqual([]);
  });

  test("that get a subscriber later publish the later events of open connections", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url);
    const published = subscribeAll(["dial", "close"]);
    await client.close();
    expect(published).toMatchObject([{ type: "close", connection: client.id }]);
  });
});

describe("NODE_DEBUG", () => {
  const code = `
    import { connect } from "./dist/node.mjs";
    await connect("ws://me:s3cret@127.0.0.1:1/path?s3cret").catch(() => {});`;

  test.each([
    ["wschan", ["dial", "dial-failed"]],
    ["net,wschan", ["dial", "dial-failed"]],
    ["other", []],
  ])("%s prints the events %j", async (value, types) => {
    const args = ["--input-type=module", "--eval", code];
    const env = { NODE_DEBUG: value };
    const { stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
    const printed = [...stderr.matchAll(/^WSCHAN \d+: \{\s+type: '(.*)',$/gm)];
    expect(printed.map(([, type]) => type)).toEqual(types);
    expect(stderr).not.toContain("s3cret");
  });
});
