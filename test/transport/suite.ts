import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Client, ConnectOptions, CreateContext, WsError } from "../../src/node.js";
import { ms } from "../helpers/time.js";

/** The capabilities of a platform's transport that its tests depend on. */
export interface SuiteCapabilities {
  readonly canPing: boolean;
  /** True if every close code is sent unchanged; false if codes that are not allowed are sent plus 3000. */
  readonly anyCloseCode: boolean;
  readonly backpressure: "socket" | "stream" | "buffer";
  /** True if bytes count as unsent while the peer accepts none; false if only until the platform has them. */
  readonly countsUnsent: boolean;
  /** True if the transport sees the handshake response, and so why a dial was refused. */
  readonly handshake: boolean;
}

/** The close code and reason that the server received. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/**
 * The server that the suite runs against. The query of the URL selects what a connection does. An HTTP request
 * with `?id=` is answered with the {@link Close} of that connection.
 */
export interface SuiteServer {
  /** Ends with a `/`. */
  readonly url: string;
  /** The URL that reports the end of a connection. Default: `url`, with `http:` for `ws:`. */
  readonly reportUrl?: string;
  stop(): Promise<void>;
}

export interface SuiteOptions {
  readonly name: string;
  readonly connect: (url: string | URL, options?: ConnectOptions) => Promise<Client>;
  readonly createContext: CreateContext;
  readonly capabilities: SuiteCapabilities;
  readonly startServer: () => Promise<SuiteServer>;
}

/** Returns bytes that hardly compress, so that the buffered size equals the message size. */
function noise(size: number): Uint8Array {
  const words = new Uint32Array(size / 4);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer);
}

/** Defines the tests that every transport has to pass. They use no Node API, because browsers run them, too. */
export function transportSuite(options: SuiteOptions): void {
  const { name, connect, createContext, capabilities, startServer } = options;

  describe(name, () => {
    let server: SuiteServer;
    beforeAll(async () => {
      server = await startServer();
    });
    afterAll(() => server.stop());

    /** Opens a connection on which the server does what `query` says. Returns the client and the id. */
    const open = async (
      query = "",
      given?: ConnectOptions,
    ): Promise<{ client: Client; id: string }> => {
      const id = crypto.randomUUID();
      return { client: await connect(`${server.url}?id=${id}&${query}`, given), id };
    };
    /** Returns the close code and reason that the server received on a connection. */
    const closeOf = async (id: string): Promise<Close> => {
      const { url, reportUrl = url.replace("ws:", "http:") } = server;
      const response = await fetch(`${reportUrl}?id=${id}`);
      return (await response.json()) as Close;
    };
    const textOf = async (client: Client): Promise<unknown> => (await client.receive()).value?.data;
    const bytesOf = async (client: Client): Promise<Uint8Array> => {
      const { value } = await client.receive({ timeout: ms(4_000) });
      if (value?.type !== "binary") throw new Error(`not binary: ${String(value?.type)}`);
      return value.data;
    };
    /** Returns the code that the platform sends for a close code. */
    const onWire = (code: number): number =>
      capabilities.anyCloseCode || code === 1000 || code >= 3000 ? code : code + 3000;

    describe("echo", () => {
      test.each([
        ["empty", ""],
        ["one character", "a"],
        ["125 bytes", "x".repeat(125)],
        ["126 bytes", "x".repeat(126)],
        ["65,535 bytes", "x".repeat(65_535)],
        ["65,536 bytes", "x".repeat(65_536)],
        ["1 MiB", "x".repeat(1_048_576)],
        ["two, three and four bytes a character", "ä€😀".repeat(1_000)],
        ["a byte order mark", "\ufeffbom"],
        ["NUL", "a\0b\0"],
        ["line ends and quotes", '\r\n"\\'],
        ["the replacement character", "\ufffd"],
      ])("text: %s", async (_, text) => {
        const { client } = await open();
        await client.send(text);
        expect(await client.receive()).toEqual({ ok: true, value: { type: "text", data: text } });
        await client.close();
      });

      test("a lone surrogate is sent as the replacement character", async () => {
        const { client } = await open();
        await client.send("a\ud800b");
        expect(await textOf(client)).toBe("a\ufffdb");
        await client.close();
      });

      test.each([0, 1, 125, 126, 65_535, 65_536, 1_048_576])("binary: %i bytes", async (size) => {
        const { client } = await open();
        const bytes = new Uint8Array(size).map((_, i) => i * 31);
        await client.send(bytes);
        const echoed = await bytesOf(client);
        expect(echoed).toHaveLength(size);
        expect(echoed.every((byte, i) => byte === bytes[i])).toBe(true);
        await client.close();
      });

      test("every form of binary data, and messages whose type is named", async () => {
        const { client } = await open();
        const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
        await client.send(buffer);
        await client.send(new Uint8Array(buffer, 2, 3));
        await client.send(new DataView(buffer, 1, 2));
        await client.send(new Uint16Array(buffer, 4, 2));
        await client.send("ä", 2);
        await client.send(new TextEncoder().encode("ö"), 1);
        expect([...(await bytesOf(client))]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        expect([...(await bytesOf(client))]).toEqual([2, 3, 4]);
        expect([...(await bytesOf(client))]).toEqual([1, 2]);
        expect([...(await bytesOf(client))]).toEqual([4, 5, 6, 7]);
        expect([...(await bytesOf(client))]).toEqual([0xc3, 0xa4]);
        expect(await client.receive()).toMatchObject({ value: { type: "text", data: "ö" } });
        await client.close();
      });

      test("data that cannot be sent leaves the connection open", async () => {
        const { client } = await open();
        for (const bad of [null, 7, {}, [1], Symbol("x")]) {
          await expect(client.send(bad as never)).rejects.toMatchObject({
            code: "INVALID_MESSAGE",
          });
        }
        await expect(client.send(new Uint8Array([0xff]), 1)).rejects.toMatchObject({
          code: "INVALID_MESSAGE",
        });
        await expect(client.send("x", 3 as never)).rejects.toMatchObject({
          code: "INVALID_MESSAGE",
        });
        await client.send("good");
        expect(await textOf(client)).toBe("good");
        expect(client.stats.messagesSent).toBe(1);
        await client.close();
      });

      test("binary data is a plain Uint8Array that owns its buffer", async () => {
        const { client } = await open();
        for (const size of [0, 1, 100, 70_000]) {
          await client.send(new Uint8Array(size));
          const bytes = await bytesOf(client);
          expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
          expect(bytes.byteOffset).toBe(0);
          expect(bytes.buffer.byteLength).toBe(size);
        }
        await client.close();
      });

      test("keeps the order of many messages of both types", async () => {
        const { client } = await open("", { channelCapacity: 10 });
        const count = 1_000;
        for (let i = 0; i < count; i++) {
          void client.send(i % 2 === 0 ? `${i}` : new Uint8Array([i & 0xff, i >> 8]));
        }
        for (let i = 0; i < count; i++) {
          const { value } = await client.receive();
          if (value?.type === "text") expect(value.data).toBe(`${i}`);
          else expect((value?.data[0] ?? 0) + (value?.data[1] ?? 0) * 256).toBe(i);
        }
        await client.close();
      });

      test("the bytes may be reused once send has returned", async () => {
        for (const compression of [0, 1] as const) {
          const { client } = await open("", { compression, compressionThreshold: 0 });
          const bytes = new Uint8Array(5_000);
          for (let i = 1; i <= 5; i++) {
            void client.send(bytes.fill(i));
          }
          bytes.fill(99);
          for (let i = 1; i <= 5; i++) {
            expect((await bytesOf(client)).every((byte) => byte === i)).toBe(true);
          }
          await client.close();
        }
      });

      test("counts messages and bytes in both directions", async () => {
        const { client } = await open();
        await client.send("äb");
        await client.send(new Uint8Array(7));
        await client.receive();
        await expect.poll(() => client.stats.messagesReceived).toBe(2);
        expect(client.stats).toMatchObject({
          messagesSent: 2,
          bytesSent: 10,
          bytesReceived: 10,
          bytesBuffered: 71,
        });
        await client.close();
      });
    });

    describe("the opening", () => {
      test("yields the negotiated properties", async () => {
        const { client, id } = await open("q=1");
        expect(client.state).toBe("open");
        expect(server.url).toMatch(/^wss?:\/\/127\.0\.0\.1:\d+\/$/);
        expect(client.url).toBe(`${server.url}?id=${id}&q=1`);
        expect(client.protocol).toBe("");
        expect(client.canPing).toBe(capabilities.canPing);
        expect(client.backpressure).toBe(capabilities.backpressure);
        if (capabilities.handshake) expect(client.handshake?.status).toBe(101);
        else expect(client.handshake).toBeUndefined();
        expect(client.channel()).toBe(client.channel());
        expect(client.bufferedAmount).toBe(0);
        await client.close();
      });

      test("takes http: for ws:, and a URL object", async () => {
        const url = new URL(server.url.replace(/^ws/, "http"));
        const client = await connect(url);
        expect(client.url).toBe(server.url);
        await client.close();
      });

      test("picks a subprotocol", async () => {
        const { client } = await open("", { protocols: ["a", "b.2"] });
        expect(client.protocol).toBe("b.2");
        await client.close();
        const single = await open("", { protocols: "only" });
        expect(single.client.protocol).toBe("only");
        await single.client.close();
      });

      test("is refused when none of the offered subprotocols is picked", async () => {
        const dialled = open("noprotocol", { protocols: ["a"] });
        if (capabilities.handshake) {
          await expect(dialled).rejects.toMatchObject({
            code: "HANDSHAKE_REJECTED",
            kind: "INTERNAL",
            retryable: false,
          });
        } else {
          // Some platforms check the subprotocol themselves, and do not report why the dial failed.
          await expect(dialled).rejects.toMatchObject({
            code: expect.stringMatching(/^(HANDSHAKE_REJECTED|DIAL_FAILED)$/) as string,
          });
        }
      });

      test("loses no message that comes with the answer, or before anybody reads", async () => {
        for (let i = 0; i < 5; i++) {
          const { client } = await open("greet=5");
          if (i > 0) await new Promise((resolve) => setTimeout(resolve, i * 5));
          const texts = [];
          for (let n = 0; n < 5; n++) texts.push(await textOf(client));
          expect(texts).toEqual(["0", "1", "2", "3", "4"]);
          await client.close();
        }
      });

      test("loses none of more messages than the channel holds", async () => {
        const { client } = await open("greet=500", { channelCapacity: 3 });
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(client.channel().length).toBe(3);
        for (let n = 0; n < 500; n++) expect(await textOf(client)).toBe(String(n));
        await client.close();
      });

      test("that is refused tells how, as far as the platform does", async () => {
        const error = (await open("refuse=503").catch((reason: unknown) => reason)) as WsError;
        if (capabilities.handshake) {
          expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "UNAVAILABLE" });
          expect(error.details.status).toBe(503);
        } else {
          expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL" });
        }
        expect(error.retryable).toBe(true);
      });

      test("that gets no answer ends with its deadline", async () => {
        const start = performance.now();
        await expect(open("silent", { dialTimeout: ms(150) })).rejects.toMatchObject({
          code: "DIAL_TIMEOUT",
          kind: "TIMEOUT",
          retryable: true,
        });
        expect(performance.now() - start).toBeLessThan(ms(500));
      });

      test("can be aborted, before and in the middle; afterwards that has no effect", async () => {
        await expect(open("", { signal: AbortSignal.abort("no") })).rejects.toMatchObject({
          code: "ABORTED",
          kind: "CANCELED",
          cause: "no",
        });
        const controller = new AbortController();
        const { signal } = controller;
        const { client } = await open("", { signal });
        const stuck = open("silent", { signal });
        setTimeout(() => controller.abort("enough"), ms(30));
        await expect(stuck).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
        await client.send("alive");
        expect(await textOf(client)).toBe("alive");
        await client.close();
      });

      test("is what the policy allows", async () => {
        await expect(open("", { policy: () => false })).rejects.toMatchObject({
          code: "CONNECT_FORBIDDEN",
        });
        const context = createContext({ policy: ({ url }) => !url?.search.includes("bad") });
        await expect(context.connect(`${server.url}?bad`)).rejects.toMatchObject({
          code: "URL_FORBIDDEN",
        });
        const client = await context.connect(server.url);
        expect(context.connection(client.id)).toBe(client);
        await context.close(3001, "over");
        expect(await client.closed).toMatchObject({ code: 3001, reason: "over", by: "local" });
        await expect(context.connect(server.url)).rejects.toMatchObject({ code: "NO_CONTEXT" });
      });
    });

    describe("a close by the client", () => {
      test.each([1000, 1001, 1003, 1008, 1011, 1013, 3000, 3999, 4000, 4999])(
        "with %i reaches the peer",
        async (code) => {
          const { client, id } = await open();
          const closed = client.close(code, "so it is");
          expect(client.state).toBe("closing");
          expect(await closed).toEqual({
            code,
            reason: "so it is",
            clean: true,
            by: "local",
            sentCode: onWire(code),
          });
          expect(client.state).toBe("closed");
          expect(client.close()).toBe(client.closed);
          expect(await closeOf(id)).toEqual({ code: onWire(code), reason: "so it is" });
        },
      );

      test("has the code 1000 by default, and sends queued messages first", async () => {
        const { client, id } = await open();
        for (let i = 0; i < 20; i++) void client.send(new Uint8Array(100_000));
        expect(await client.close()).toMatchObject({ code: 1000, reason: "", clean: true });
        expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
      });

      test("with an invalid code or reason leaves the connection open", async () => {
        const { client } = await open();
        for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, NaN]) {
          await expect(client.close(code)).rejects.toMatchObject({ code: "INVALID_CLOSE" });
        }
        await expect(client.close(1000, "ä".repeat(62))).rejects.toMatchObject({
          code: "INVALID_CLOSE",
        });
        expect(client.state).toBe("open");
        expect(await client.close(1000, "ä".repeat(61))).toMatchObject({ clean: true });
      });

      test("ends the loop over messages, which yields those that had arrived", async () => {
        const { client } = await open("greet=3");
        await expect.poll(() => client.channel().length).toBe(3);
        const closed = client.close();
        expect(client.channel().closed).toBe(true);
        const texts = [];
        for await (const message of client) texts.push(message.data);
        expect(texts).toEqual(["0", "1", "2"]);
        expect(await client.receive()).toEqual({ ok: false, value: undefined });
        expect((await closed).clean).toBe(true);
      });

      test("ends within closeTimeout when the peer does not answer", async () => {
        const { client } = await open("mute", { closeTimeout: ms(150) });
        const start = performance.now();
        const info = await client.close(3001);
        expect(performance.now() - start).toBeLessThan(ms(700));
        expect(info).toMatchObject({ code: 3001, clean: false, by: "local", sentCode: 3001 });
      });

      // WebKit does not have `Symbol.asyncDispose` yet.
      if ("asyncDispose" in Symbol) {
        test("happens at the end of `await using`", async () => {
          const { client, id } = await open();
          {
            await using inner = client;
            await inner.send("x");
          }
          expect(client.state).toBe("closed");
          expect((await closeOf(id)).code).toBe(1000);
        });
      }

      test("by terminate() does not wait for the peer", async () => {
        const { client, id } = await open("plain&mute");
        const flushed = client.send(noise(8_388_608)).then(() => client.flush());
        client.terminate();
        expect(client.state).toBe("closed");
        expect(await client.closed).toEqual({
          code: 1006,
          reason: "",
          clean: false,
          by: "local",
        });
        await expect(flushed).rejects.toMatchObject({ code: "CLOSED", retryable: false });
        expect(await client.receive()).toEqual({ ok: false, value: undefined });
        expect(id).toBeDefined();
      });
    });

    describe("a close by the peer", () => {
      const rows: [number, string | undefined, boolean][] = [
        [1000, undefined, false],
        [1001, undefined, false],
        [1005, undefined, false],
        [1008, "PERMISSION_DENIED", false],
        [1011, "INTERNAL", true],
        [3000, "PERMISSION_DENIED", false],
        [4000, "INTERNAL", false],
      ];
      test.each(rows)("with %i", async (code, kind, retryable) => {
        const reason = code === 1005 ? "" : "why";
        const { client } = await open(`greet=2&close=${code}&reason=${reason}`);
        const texts: unknown[] = [];
        const loop = async (): Promise<void> => {
          for await (const message of client) texts.push(message.data);
        };
        if (kind === undefined) await loop();
        else {
          await expect(loop()).rejects.toMatchObject({
            code: "CLOSED_BY_PEER",
            kind,
            retryable,
            details: { closeCode: code, reason },
          });
        }
        expect(texts).toEqual(["0", "1"]);
        const info = await client.closed;
        expect(info).toMatchObject({ code, reason, clean: true, by: "peer" });
        expect(info.error?.code).toBe(kind && "CLOSED_BY_PEER");
        expect(client.state).toBe("closed");
        const late = client.send("late");
        await expect(late).rejects.toMatchObject({
          code: "CLOSED",
          kind: "UNAVAILABLE",
          retryable,
        });
        await expect(client.flush()).rejects.toMatchObject({ code: "CLOSED" });
        expect(client.bufferedAmount).toBe(0);
      });

      test("while the channel is full loses no message, or says that it does", async () => {
        const { client } = await open("greet=200&close=4005&reason=full", { channelCapacity: 4 });
        await new Promise((resolve) => setTimeout(resolve, ms(100)));
        const texts: unknown[] = [];
        let error: unknown;
        try {
          for await (const message of client) texts.push(message.data);
        } catch (thrown) {
          error = thrown;
        }
        // Chromium discards the buffered messages of a paused WebSocketStream when the peer closes.
        const isStream = capabilities.backpressure === "stream";
        expect(error).toMatchObject({ code: isStream ? "CONNECTION_LOST" : "CLOSED_BY_PEER" });
        if (!isStream) expect(texts).toHaveLength(200);
        expect(texts).toEqual(texts.map((_, i) => String(i)));
        expect((await client.closed).clean).toBe(!isStream);
      });

      test("that never arrives is reported as CONNECTION_LOST", async () => {
        const { client } = await open("greet=1&drop");
        expect(await textOf(client)).toBe("0");
        const waiting = client.receive();
        const info = await client.closed;
        expect(info).toMatchObject({ code: 1006, reason: "", clean: false, by: "none" });
        expect(info.error).toMatchObject({
          code: "CONNECTION_LOST",
          kind: "UNAVAILABLE",
          retryable: true,
        });
        expect(await waiting).toEqual({ ok: false });
        await expect(client[Symbol.asyncIterator]().next()).rejects.toBe(info.error);
        await expect(client.send("late")).rejects.toMatchObject({
          code: "CLOSED",
          retryable: true,
          cause: info.error,
        });
      });
    });

    describe("sending", () => {
      test("flush settles when all bytes have been written", async () => {
        const { client } = await open("plain");
        await client.flush();
        const bytes = noise(8_388_608);
        for (let i = 0; i < 3; i++) void client.send(bytes);
        expect(client.bufferedAmount).toBeGreaterThan(0);
        await client.flush();
        expect(client.bufferedAmount).toBe(0);
        await client.close();
      });

      if (capabilities.countsUnsent) {
        test("waits at the high-water mark, and continues below it", async () => {
          const { client } = await open("plain&mute", {
            sendHighWaterMark: 1_000,
            closeTimeout: ms(100),
          });
          await client.send(new Uint8Array(10));
          let settled = false;
          const sent = client.send(noise(33_554_432));
          sent.then(
            () => (settled = true),
            () => {},
          );
          await new Promise((resolve) => setTimeout(resolve, 50));
          expect(settled).toBe(false);
          client.terminate();
          await expect(sent).rejects.toMatchObject({ code: "CLOSED" });
        });

        test("waits no longer than its timeout or signal, and the message is still sent", async () => {
          const { client } = await open("plain&mute", { sendHighWaterMark: 1_000 });
          const data = noise(33_554_432);
          await expect(client.send(data, { timeout: 0 })).rejects.toMatchObject({
            code: "SEND_TIMEOUT",
            kind: "TIMEOUT",
            retryable: true,
          });
          const signal = AbortSignal.timeout(ms(20));
          await expect(client.send("x", { signal })).rejects.toMatchObject({ code: "ABORTED" });
          await expect(client.flush({ timeout: ms(20) })).rejects.toMatchObject({
            code: "FLUSH_TIMEOUT",
            kind: "TIMEOUT",
            retryable: true,
          });
          await expect(client.flush({ timeout: 0 })).rejects.toMatchObject({
            code: "FLUSH_TIMEOUT",
          });
          expect(client.stats.messagesSent).toBe(2);
          expect(client.state).toBe("open");
          client.terminate();
        });

        test("through writable waits, too, and aborting the stream ends the connection", async () => {
          const { client } = await open("plain&mute", { sendHighWaterMark: 1_000 });
          const writer = client.writable.getWriter();
          const written = writer.write(noise(33_554_432));
          let settled = false;
          written.then(
            () => (settled = true),
            () => {},
          );
          await new Promise((resolve) => setTimeout(resolve, 50));
          expect(settled).toBe(false);
          writer.closed.catch(() => {});
          await writer.abort(new Error("enough"));
          await expect(written).rejects.toBeDefined();
          expect(await client.closed).toMatchObject({ by: "local", clean: false });
        });

        test("that makes no progress for writeTimeout ends the connection", async () => {
          const { client } = await open("plain&mute", { writeTimeout: ms(200) });
          void client.send(noise(33_554_432));
          const { error, clean } = await client.closed;
          expect(clean).toBe(false);
          expect(error).toMatchObject({ code: "WRITE_TIMEOUT", kind: "TIMEOUT", retryable: true });
        });
      } else {
        test("is done when the platform has accepted the bytes, even if the peer does not read", async () => {
          const { client } = await open("plain&mute", {
            sendHighWaterMark: 1_000,
            writeTimeout: ms(200),
          });
          // 16 MiB are more than the kernel buffers hold.
          for (let i = 0; i < 16; i++) void client.send(noise(1_048_576));
          await client.flush();
          await new Promise((resolve) => setTimeout(resolve, ms(500)));
          expect(client.bufferedAmount).toBe(0);
          expect(client.state).toBe("open");
          client.terminate();
        });
      }
    });

    describe("receiving", () => {
      test("a cancelled or late receive loses no message", async () => {
        const { client } = await open();
        await expect(client.receive({ timeout: ms(20) })).rejects.toMatchObject({
          code: "RECEIVE_TIMEOUT",
          kind: "TIMEOUT",
          retryable: true,
        });
        await expect(client.receive({ timeout: 0 })).rejects.toMatchObject({
          code: "RECEIVE_TIMEOUT",
        });
        expect(client.tryReceive()).toBeUndefined();
        const left = client[Symbol.asyncIterator]();
        const pending = left.next();
        expect(await left.return?.()).toEqual({ done: true, value: undefined });
        expect(await pending).toEqual({ done: true, value: undefined });
        const controller = new AbortController();
        const aborted = client.messages({ signal: controller.signal }).next();
        const cancelled = client.receive({ signal: controller.signal });
        const patient = client.receive({ timeout: "5s" });
        controller.abort();
        await expect(cancelled).rejects.toMatchObject({ code: "ABORTED" });
        await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
        await client.send("kept");
        expect(await patient).toMatchObject({ ok: true, value: { data: "kept" } });
        await client.close();
      });

      test("with tryReceive takes all messages that have arrived, and then reports the end", async () => {
        const { client } = await open("greet=20");
        await expect.poll(() => client.stats.messagesReceived).toBe(20);
        for (let n = 0; n < 20; n++) {
          expect(client.tryReceive()).toEqual({
            ok: true,
            value: { type: "text", data: String(n) },
          });
        }
        expect(client.tryReceive()).toBeUndefined();
        await client.close();
        expect(client.tryReceive()).toEqual({ ok: false, value: undefined });
      });

      test("by streams loses no message, and closing the stream closes the connection", async () => {
        const { client, id } = await open("greet=100", { channelCapacity: 3 });
        const writer = client.writable.getWriter();
        const reader = client.readable.getReader();
        await writer.write("last");
        for (let n = 0; n < 100; n++) {
          // Other receivers share the messages with the stream.
          const { value } = await (n % 2 > 0 ? client.receive() : reader.read());
          expect(value).toEqual({ type: "text", data: String(n) });
        }
        expect(await reader.read()).toEqual({
          done: false,
          value: { type: "text", data: "last" },
        });
        await writer.close();
        expect(client.state).toBe("closed");
        expect(await reader.read()).toEqual({ done: true, value: undefined });
        expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
      });

      test("by a stream that is cancelled closes the connection", async () => {
        const { client, id } = await open();
        await client.readable.cancel();
        expect(await client.closed).toMatchObject({ code: 1000, by: "local", clean: true });
        expect(await closeOf(id)).toEqual({ code: 1000, reason: "" });
      });

      test("by a stream fails as the connection does", async () => {
        const { client } = await open("greet=1&close=1011");
        const reader = client.readable.getReader();
        expect(await reader.read()).toMatchObject({ done: false });
        const { error } = await client.closed;
        expect(error?.code).toBe("CLOSED_BY_PEER");
        await expect(reader.read()).rejects.toBe(error);
      });

      test("nothing, with discardIncoming, is never paused and sees the end", async () => {
        const { client } = await open("greet=200&close=1011", {
          discardIncoming: true,
          channelCapacity: 1,
        });
        expect(await client.receive()).toEqual({ ok: false, value: undefined });
        expect(await client.closed).toMatchObject({ code: 1011, by: "peer" });
        expect(client.stats).toMatchObject({
          messagesReceived: 200,
          bytesBuffered: 0,
          timesPaused: 0,
        });
      });

      test("silence for readTimeout ends the connection", async () => {
        const { client } = await open("greet=1", { readTimeout: ms(150) });
        const start = performance.now();
        const { error, by } = await client.closed;
        expect(performance.now() - start).toBeLessThan(ms(500));
        expect(by).toBe("local");
        expect(error).toMatchObject({ code: "READ_TIMEOUT", kind: "TIMEOUT", retryable: true });
        expect(await textOf(client)).toBe("0");
      });

      test("a message over readLimit ends the connection, one at it does not", async () => {
        const { client } = await open("bytes=1000", { readLimit: 1_000 });
        expect(await bytesOf(client)).toHaveLength(1_000);
        await client.close();
        const over = await open("greet=1&bytes=1001", { readLimit: 1_000 });
        const info = await over.client.closed;
        expect(info).toMatchObject({ code: 1009, by: "local", sentCode: onWire(1009) });
        expect(info.error).toMatchObject({
          code: "MESSAGE_TOO_BIG",
          kind: "INVALID",
          retryable: false,
          details: { limit: 1_000 },
        });
        expect(await textOf(over.client)).toBe("0");
        expect(await over.client.receive()).toEqual({ ok: false });
        expect((await closeOf(over.id)).code).toBe(onWire(1009));
      });

      test("more unread than bufferLimit ends the connection where nothing pauses it", async () => {
        const { client } = await open("", { backpressure: "buffer", bufferLimit: 65_536 });
        expect(client.backpressure).toBe("buffer");
        for (let i = 0; i < 10; i++) void client.send(new Uint8Array(10_000));
        const { error } = await client.closed;
        expect(error).toMatchObject({
          code: "SLOW_CONSUMER",
          kind: "RATE_LIMITED",
          retryable: true,
          details: { limit: 65_536 },
        });
        // The messages that fitted into bufferLimit can still be read.
        let received = 0;
        while ((await client.receive()).ok) received++;
        expect(received).toBe(6);
      });

      test("one message over bufferLimit is let in when nothing else waits", async () => {
        const { client } = await open("bytes=100000", {
          backpressure: "buffer",
          bufferLimit: 65_536,
        });
        expect(await bytesOf(client)).toHaveLength(100_000);
        await client.close();
      });
    });

    describe("keepAlive", () => {
      /** The message that a platform without ping frames sends; the echo of the server is the answer. */
      const message = (): string => "alive?";
      const interval = ms(50);

      test("keeps a connection whose peer answers, and reports the round trips", async () => {
        let count = 0;
        let resolveThird: () => void;
        const third = new Promise<void>((resolve) => (resolveThird = resolve));
        const onPong = (roundTrip: number): void => {
          expect(roundTrip).toBeGreaterThanOrEqual(0);
          if (++count === 3) resolveThird();
        };
        const { client } = await open("", {
          keepAlive: { interval, timeout: ms(2_000), message, onPong },
        });
        await third;
        expect(client.state).toBe("open");
        expect(client.stats.roundTrip).toBeGreaterThanOrEqual(0);
        if (!capabilities.canPing) expect(await textOf(client)).toBe("alive?");
        await client.close();
      });

      test("finds a peer that is there and does not answer", async () => {
        const { client } = await open("mute", {
          keepAlive: { interval, timeout: interval, message },
        });
        const { error, ...info } = await client.closed;
        expect(info).toMatchObject({ code: 3008, by: "local", clean: false });
        expect(error).toMatchObject({
          code: "KEEPALIVE_TIMEOUT",
          kind: "TIMEOUT",
          retryable: true,
        });
      });
    });

    describe("ping", () => {
      if (capabilities.canPing) {
        test("returns the round trip", async () => {
          const { client } = await open();
          const time = await client.ping();
          expect(time).toBeGreaterThanOrEqual(0);
          expect(time).toBeLessThan(ms(1_000));
          await client.close();
          await expect(client.ping()).rejects.toMatchObject({ code: "CLOSED" });
        });
      } else {
        test("is refused with the way out", async () => {
          const { client } = await open();
          await expect(client.ping()).rejects.toMatchObject({
            code: "UNSUPPORTED",
            kind: "UNSUPPORTED",
            message: expect.stringContaining("keepAlive.message") as string,
          });
          await client.close();
        });
      }
    });
  });
}
