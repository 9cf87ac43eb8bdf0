import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import type {
  ReconnectingClient,
  ReconnectOptions,
  SendOptions,
} from "../../src/reconnect/node.js";
import type { WaitOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure, failureCode, stateOf } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { FAST_OPTIONS, REFUSING_URL, until } from "./support.js";

checkLeaks();

/** Options with a wait that lasts longer than any test. */
const SLOW_OPTIONS = { backoff: { min: "1h", max: "1h" } } satisfies ReconnectOptions;

const DONE = { done: true, value: undefined };

const text = (data: string) => ({ type: "text", data });

/** Terminates the latest connection on the server, and waits for the next one. */
async function cut(client: ReconnectingClient, server: EchoServer): Promise<void> {
  const waiting = until(client, "waiting");
  server.connections.at(-1)?.ws.terminate();
  await waiting;
  await until(client, "open");
}

describe("iteration", () => {
  test.each(["return()", "a signal"])(
    "is left by %s, and the message goes elsewhere",
    async (how) => {
      await using server = await startEchoServer();
      const client = reconnecting(server.url);
      await until(client, "open");
      const controller = new AbortController();
      const iterator = client.messages({ signal: controller.signal });
      const next = iterator.next();
      if (how === "a signal") {
        controller.abort();
        expect(await failureCode(next)).toBe("ABORTED");
      } else {
        expect(await iterator.return?.()).toEqual(DONE);
        expect(await next).toEqual(DONE);
      }
      await client.send("kept");
      expect(await client.receive()).toMatchObject({ value: text("kept") });
      await client.close();
    },
  );

  test("goes on across connections, and so do the streams", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    const writer = client.writable.getWriter();
    const reader = client.readable.getReader();
    const iterator = client.messages();
    for (const data of ["a", "b"]) {
      await writer.write(data);
      expect(await reader.read()).toEqual({ done: false, value: text(data) });
      await client.send(data);
      expect(await iterator.next()).toEqual({ done: false, value: text(data) });
      expect(client.tryReceive()).toBeUndefined();
      if (data === "a") await cut(client, server);
    }
    await writer.close();
    expect(client.state.type).toBe("closed");
    expect(await reader.read()).toEqual(DONE);
    expect(await iterator.next()).toEqual(DONE);
    expect(client.tryReceive()).toEqual({ ok: false, value: undefined });
  });

  test.each<[string, (client: ReconnectingClient, server: EchoServer) => void | Promise<void>]>([
    ["a local close", (client) => void client.close()],
    ["a terminate", (client) => client.terminate()],
    ["the peer's end", async (_, server) => (await server.connection()).ws.close(1000)],
    ["the peer's refusal", async (_, server) => (await server.connection()).ws.close(1008)],
  ])("ends by %s when the state is closed", async (_, end) => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, FAST_OPTIONS);
    await until(client, "open");
    const loop = (async () => {
      for await (const message of client) expect(message).toBeUndefined();
    })();
    const ended = loop.then(
      () => client.state,
      () => client.state,
    );
    await end(client, server);
    expect(await ended).toMatchObject({ type: "closed" });
    await loop.catch((error: unknown) => expect(error).toMatchObject({ code: "CLOSED_BY_PEER" }));
  });
});

describe("the streams", () => {
  test("end with the error for which it gave up", async () => {
    const client = reconnecting(REFUSING_URL, { ...FAST_OPTIONS, maxAttempts: 2 });
    const reader = client.readable.getReader();
    const writer = client.writable.getWriter();
    const closed = failure(writer.closed);
    const error = await failure(reader.read());
    expect(error).toBe((await client.closed).error);
    expect(await closed).toMatchObject({ code: "CLOSED", cause: error });
  });

  test.each<[string, (client: ReconnectingClient) => Promise<unknown>]>([
    ["cancelling readable", (client) => client.readable.cancel()],
    ["aborting writable", (client) => client.writable.abort()],
    ["closing writable", (client) => client.writable.close()],
  ])("end the client by %s, also while it waits", async (_, end) => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "waiting");
    await end(client);
    expect(await client.closed).toMatchObject({ by: "local" });
  });
});

describe("send with timeout or signal", () => {
  test.each<[string, () => SendOptions]>([
    ["SEND_TIMEOUT", () => ({ timeout: 0 })],
    ["SEND_TIMEOUT", () => ({ timeout: 5, retry: true })],
    ["ABORTED", () => ({ signal: AbortSignal.timeout(5), key: "k" })],
  ])("is %s while there is no connection, and the message waits on", async (code, options) => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "waiting");
    expect(await failureCode(client.send("x", options()))).toBe(code);
    expect(client.queue.length).toBe(1);
    await client.close();
  });

  test("that was aborted before sends nothing", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    expect(await failureCode(client.send("x", { signal: AbortSignal.abort() }))).toBe("ABORTED");
    expect(client.queue.length).toBe(0);
    await client.close();
  });

  test.each([{ timeout: 0 }, { timeout: 0, retry: true }, { timeout: 0, type: 2 } as const])(
    "%j need not wait where a connection is open",
    async (options) => {
      await using server = await startEchoServer();
      const client = reconnecting(server.url);
      await until(client, "open");
      await client.send("x", options);
      expect(await client.receive()).toMatchObject({ ok: true });
      await client.close();
    },
  );
});

describe("flush with options", () => {
  test.each<[string, () => WaitOptions]>([
    ["FLUSH_TIMEOUT", () => ({ timeout: 0 })],
    ["FLUSH_TIMEOUT", () => ({ timeout: 5 })],
    ["ABORTED", () => ({ signal: AbortSignal.timeout(5) })],
    ["INVALID_OPTION", () => ({ type: 1 }) as WaitOptions],
  ])("is %s while there is no connection", async (code, options) => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "waiting");
    void client.send("x");
    expect(await failureCode(client.flush(options()))).toBe(code);
    expect(client.queue.length).toBe(1);
    await client.close();
    expect(await failureCode(client.flush(options()))).toBe("CLOSED");
  });

  test("goes on to the connection's own", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url);
    void client.send("x");
    await client.flush({ timeout: "5s" });
    expect(client.state.type).toBe("open");
    await client.flush({ timeout: 0 });
    await client.close();
  });
});

describe("status()", () => {
  test("is left at once while a next() is pending, and others go on", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "waiting");
    const kept = client.status();
    await kept.next();
    const change = kept.next();
    for (let i = 0; i < 3; i++) {
      const left = client.status();
      await left.next();
      const pending = left.next();
      expect(await left.return()).toEqual(DONE);
      expect(await pending).toEqual(DONE);
      expect(await left.next()).toEqual(DONE);
    }
    expect(await stateOf(change)).toBe("pending");
    await client.close();
    expect(await change).toMatchObject({ value: { type: "closed" } });
    expect(await kept.next()).toEqual(DONE);
  });

  test("is left in the turn of a change", async () => {
    const client = reconnecting(REFUSING_URL, SLOW_OPTIONS);
    await until(client, "waiting");
    const iterator = client.status();
    await iterator.next();
    const pending = iterator.next();
    void iterator.return();
    client.terminate();
    expect(await pending).toEqual(DONE);
    expect((await client.closed).by).toBe("local");
  });
});

describe("discardIncoming", () => {
  test("holds nothing, not even the markers between connections", async () => {
    await using server = await startEchoServer();
    const options = { ...FAST_OPTIONS, discardIncoming: true, marker: true, channelCapacity: 1 };
    const client = reconnecting(server.url, options);
    await until(client, "open");
    for (let i = 0; i < 3; i++) {
      await client.send("x");
      await expect.poll(() => client.connection?.stats.messagesReceived).toBe(1);
      expect(client.channel().length).toBe(0);
      expect(client.connection?.stats).toMatchObject({ bytesBuffered: 0, timesPaused: 0 });
      await cut(client as unknown as ReconnectingClient, server);
    }
    await client.close();
  });
});

test("logs show neither the query of its URL nor its options", async () => {
  const headers = { Authorization: "S3CR3T" };
  const client = reconnecting(`${REFUSING_URL}?token=S3CR3T`, { ...SLOW_OPTIONS, headers });
  await until(client, "waiting");
  for (const shown of [
    inspect(client, { depth: 9, showHidden: true }),
    JSON.stringify({ client }),
  ]) {
    expect(shown).not.toContain("S3CR3T");
  }
  await client.close();
});
