import { describe, expect, test } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { AnyCodec, Client, Codec, ConnectOptions, Message, WsError } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { FAST_OPTIONS, until } from "../reconnect/support.js";
import { bomb } from "./bomb.js";
import { packStream } from "../helpers/packed-stream.js";
import { turns } from "../helpers/unit-clock.js";
import { CASES, ENTRIES, FORMATS, prose, READ_LIMIT, STREAMS, text } from "./support.js";
import type { Format } from "./support.js";

checkLeaks();

const [GZIP] = FORMATS as readonly [Format];
const [{ codecs: node }] = ENTRIES;

/** Sends a string as a text message and bytes as a binary one. */
const send = ({ ws }: EchoConnection, ...messages: readonly (string | Uint8Array)[]): void => {
  for (const message of messages) ws.send(message);
};

/** Connects a client with `codec` to a server that sends these messages. */
async function receiving<C extends AnyCodec>(
  codec: C,
  messages: readonly (string | Uint8Array)[],
  options: ConnectOptions = {},
) {
  const server = await startEchoServer({ onConnection: (peer) => send(peer, ...messages) });
  const client = await connect(server.url, { ...options, codec });
  return {
    client,
    peer: await server.connection(),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Reads values until the connection ends, in whatever way. */
async function drain<T>(client: Client<T, never>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of client.channel()) values.push(value);
  return values;
}

describe.each(CASES)("$name", ({ make, pack, codec }) => {
  const corrupt = pack("hello").slice(0, -1);

  test("a corrupt message ends the connection with 1007, after those before it", async () => {
    await using open = await receiving(make(), [pack("a"), "b", corrupt, pack("c")]);
    const { client, peer } = open;
    expect(await drain(client)).toEqual([text("a"), text("b")]);
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1007, by: "local", clean: false });
    expect(info.error).toMatchObject({ code: "INVALID_MESSAGE", details: { codec } });
    expect((await peer.closed).code).toBe(1007);
    // Iteration throws this error, and it is the cause of errors of later sends.
    const loop = async (): Promise<void> => {
      for await (const message of client) expect(message).toBeUndefined();
    };
    expect(await failure(loop())).toBe(info.error);
    expect((await failure(client.send("x"))).cause).toBe(info.error);
  });

  test("a bomb ends it with 1009", async () => {
    await using open = await receiving(make(), [pack("a"), bomb(codec)]);
    const { client, peer } = open;
    expect(await drain(client)).toEqual([text("a")]);
    const { code, error } = await client.closed;
    expect(code).toBe(1009);
    expect(error).toMatchObject({
      code: "MESSAGE_TOO_BIG",
      details: { codec, limit: READ_LIMIT },
    });
    expect((await peer.closed).code).toBe(1009);
  });

  test("a skipped message costs nothing but itself", async () => {
    const errors: WsError[] = [];
    const onInvalid = (error: WsError): "skip" => {
      errors.push(error);
      return "skip";
    };
    await using open = await receiving(make({ onInvalid }), [corrupt, pack("b"), corrupt]);
    expect(await open.client.receive()).toEqual({ ok: true, value: text("b") });
    await open.client.send("echo");
    expect(await open.client.receive()).toEqual({ ok: true, value: text("echo") });
    expect(errors).toHaveLength(2);
    expect((await open.client.close()).error).toBeUndefined();
  });

  test("readLimit is the connection's", async () => {
    const messages = [pack("a".repeat(1_000)), pack("a".repeat(1_001))];
    await using open = await receiving(make(), messages, { readLimit: 1_000 });
    expect(await drain(open.client)).toHaveLength(1);
    expect((await open.client.closed).error?.details).toEqual({ codec, limit: 1_000 });
  });

  test("bufferLimit counts what unread messages are decoded to", async () => {
    const large = prose(100_000);
    const messages = Array.from({ length: 50 }, () => pack(large));
    await using server = await startEchoServer();
    const options = { bufferLimit: 1_000_000, backpressure: "buffer" } as const;
    const client = await connect(server.url, { ...options, codec: make() });
    send(await server.connection(), ...messages);
    const { code, error } = await client.closed;
    expect(code).toBe(1008);
    // Each message is a text of 200,000 bytes in memory, so four fit.
    expect(error).toMatchObject({
      code: "SLOW_CONSUMER",
      details: { limit: 1_000_000, size: 5 * (200_000 + 64) },
    });
    expect(client.stats.bytesBuffered).toBe(4 * (200_000 + 64));
    expect(client.stats.bytesReceived).toBeLessThan(50 * large.length);
    expect(await drain(client)).toHaveLength(4);
    expect(client.stats.bytesBuffered).toBe(0);
  });
});

describe.each(STREAMS)("$name", ({ make, pack, codec, isZlib }) => {
  test("inflates what a server flushes, and ends where the stream is broken, with 1007", async () => {
    const packed = await packStream(isZlib, ["hello", prose(300_000), "hello"]);
    const broken = Uint8Array.of(0xff, 0xff, 0, 0, 0xff, 0xff);
    await using open = await receiving(make(), [...packed, broken]);
    expect(await drain(open.client)).toEqual(["hello", prose(300_000), "hello"].map(text));
    const { code, error } = await open.client.closed;
    expect(code).toBe(1007);
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", details: { codec } });
    expect((await open.peer.closed).code).toBe(1007);
  });

  test("a bomb ends it with 1009", async () => {
    await using open = await receiving(make(), [bomb(codec)]);
    const { error } = await open.client.closed;
    expect(error).toMatchObject({ code: "MESSAGE_TOO_BIG", details: { codec, limit: READ_LIMIT } });
    expect((await open.peer.closed).code).toBe(1009);
  });

  test("begins anew on each connection of a client that reconnects", async () => {
    const packed = await packStream(isZlib, ["hello", "hello again"]);
    await using server = await startEchoServer({
      onConnection: (peer) => {
        send(peer, ...packed);
        if (server.connections.length < 3) peer.ws.close(1012);
      },
    });
    const client = reconnecting(server.url, { ...FAST_OPTIONS, codec: make() });
    for (let n = 0; n < 3; n++) {
      expect(await client.receive()).toEqual({ ok: true, value: text("hello") });
      expect(await client.receive()).toEqual({ ok: true, value: text("hello again") });
    }
    expect(server.connections).toHaveLength(3);
    await client.close();
  });

  test("sends all as it is", async () => {
    await using open = await receiving(make(), []);
    await open.client.send(pack("hello"));
    expect(await open.client.receive()).toEqual({ ok: true, value: text("hello") });
  });
});

describe("what is sent", () => {
  test("goes through the codec, and comes back through it", async () => {
    await using server = await startEchoServer();
    const codec = node.compose(node.gzip(), node.json());
    await using client = await connect(server.url, { codec });
    const values = [0, "", null, false, { large: prose(5_000) }, [1]];
    for (const value of values) await client.send(value);
    for (const value of values) expect(await client.receive()).toEqual({ ok: true, value });
    // The large message is compressed, the small ones are sent as text.
    expect(client.stats.bytesSent).toBeLessThan(5_000);
    expect(client.stats.messagesReceived).toBe(6);
  });

  test("may be what the caller changes next", async () => {
    await using server = await startEchoServer();
    await using client = await connect(server.url, { codec: node.gzip({ type: "binary" }) });
    const bytes = new Uint8Array(5_000).fill(1);
    const sent = client.send(bytes);
    bytes.fill(2);
    await sent;
    const { value } = await client.receive();
    expect(value?.data).toEqual(new Uint8Array(5_000).fill(1));
  });

  const circle: unknown[] = [];
  circle.push(circle);

  test.each([undefined, () => 1, Symbol("x"), 1n, circle])(
    "and has no JSON rejects, and the connection lives on: case %#",
    async (value) => {
      await using server = await startEchoServer();
      await using client = await connect(server.url, { codec: node.json() });
      const error = await failure(client.send(value));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.message).toContain("codec json");
      expect(error.cause).toBeInstanceOf(TypeError);
      await client.send(1);
      expect(await client.receive()).toEqual({ ok: true, value: 1 });
    },
  );

  test.each(["hunter2", 4711, new TextEncoder().encode("hunter2")])(
    "and cannot be encoded is not shown: case %#",
    async (secret) => {
      await using server = await startEchoServer();
      const codec: Codec<Message, unknown> = {
        name: "mine",
        decoder: () => () => {},
        encode() {
          throw new Error("no");
        },
      };
      await using client = await connect(server.url, { codec });
      const error = await failure(client.send(secret));
      expect(error.code).toBe("INVALID_MESSAGE");
      expect(error.message).toContain("codec mine");
      expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(
        /hunter2|4711|104,117/,
      );
    },
  );

  test("as TEXT and is not UTF-8 rejects", async () => {
    await using server = await startEchoServer();
    await using client = await connect(server.url, { codec: node.gzip() });
    for (const size of [1, 5_000]) {
      const error = await failure(client.send(new Uint8Array(size).fill(0xff), 1));
      expect(error.code).toBe("INVALID_MESSAGE");
    }
    await client.send(Uint8Array.of(0x61), 1);
    expect(await client.receive()).toEqual({ ok: true, value: text("a") });
  });
});

describe("falsy values", () => {
  const FALSY = [0, "", null, false];

  test("come through the channel as they are, waiting or waited for", async () => {
    const messages = FALSY.map((value) => JSON.stringify(value));
    await using open = await receiving(node.json(), messages);
    for (const value of FALSY) expect(await open.client.receive()).toEqual({ ok: true, value });
    const waiting = open.client.receive();
    send(open.peer, "0");
    expect(await waiting).toEqual({ ok: true, value: 0 });
  });

  test("come through where a schema makes undefined of a message", async () => {
    const validate = (): { value: undefined } => ({ value: undefined });
    const schema = { "~standard": { version: 1, vendor: "test", validate } } as const;
    await using open = await receiving(node.json({ schema }), ["1", "2"]);
    expect(await open.client.receive()).toEqual({ ok: true, value: undefined });
    expect(await open.client.receive()).toEqual({ ok: true, value: undefined });
  });

  test("are left by onConnect for the client that reconnects", async () => {
    const messages = ["1", ...FALSY.map((value) => JSON.stringify(value)), "2"];
    await using server = await startEchoServer({ onConnection: (peer) => send(peer, ...messages) });
    const seen: unknown[] = [];
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      codec: node.json(),
      onConnect: async (connection) => {
        seen.push((await connection.receive()).value);
        // The other messages arrive while onConnect runs, but it does not receive them.
        while (connection.channel().length < messages.length - 1) await turns(1);
      },
    });
    for (const value of [...FALSY, 2]) expect(await client.receive()).toEqual({ ok: true, value });
    expect(seen).toEqual([1]);
    await client.close();
  });
});

describe("a client that reconnects", () => {
  test("encodes what waits for a connection, at once", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      codec: node.compose(node.gzip(), node.json()),
    });
    const value = { n: 1, text: prose(5_000) };
    const sends = [client.send(value), client.send(0), client.send("")];
    value.n = 2;
    expect(client.queue.length).toBe(3);
    // The queue counts the encoded bytes, which are compressed.
    expect(client.queue.bytes).toBeLessThan(5_000);
    await Promise.all(sends);
    for (const expected of [{ n: 1, text: prose(5_000) }, 0, ""]) {
      expect(await client.receive()).toEqual({ ok: true, value: expected });
    }
    await client.close();
  });

  test("rejects what cannot be encoded, and does not queue it", async () => {
    await using server = await startEchoServer();
    const client = reconnecting(server.url, { ...FAST_OPTIONS, codec: node.json() });
    expect((await failure(client.send(1n))).code).toBe("INVALID_MESSAGE");
    expect(client.queue.length).toBe(0);
    await until(client, "open");
    await client.close();
  });

  test("puts its marker between what the codec decodes", async () => {
    await using server = await startEchoServer({
      onConnection: (peer) => {
        send(peer, GZIP.pack(`"${server.connections.length}"`));
        if (server.connections.length === 1) peer.ws.close(1012);
      },
    });
    const codec = node.compose(node.gunzip(), node.json());
    const client = reconnecting(server.url, { ...FAST_OPTIONS, codec, marker: true });
    expect((await client.receive()).value).toBe("1");
    expect((await client.receive()).value).toMatchObject({ type: "reconnected" });
    expect((await client.receive()).value).toBe("2");
    await client.close();
  });
});

test("a context's connections each have a decoder of their own", async () => {
  const packed = await packStream(true, ["hello", "hello"]);
  await using server = await startEchoServer({ onConnection: (peer) => send(peer, ...packed) });
  const context = createContext();
  const codec = node.zlibStream();
  const clients = await Promise.all([1, 2].map(() => context.connect(server.url, { codec })));
  for (const client of clients) {
    expect(await client.receive()).toEqual({ ok: true, value: text("hello") });
    expect(await client.receive()).toEqual({ ok: true, value: text("hello") });
  }
  await context.close();
});

describe("a codec of one's own", () => {
  const failing = (fail: () => never): Codec => ({ name: "mine", decoder: () => fail });

  test("that throws what is no WsError ends the connection with INVALID_MESSAGE, and its cause", async () => {
    const cause = new RangeError("mine");
    const codec = failing(() => {
      throw cause;
    });
    await using open = await receiving(codec, ["a"]);
    const { code, error } = await open.client.closed;
    expect(code).toBe(1007);
    expect(error).toMatchObject({ code: "INVALID_MESSAGE", cause });
    expect(error?.message).toContain("codec mine failed");
    expect((await open.peer.closed).code).toBe(1007);
  });

  test("hands out no more of a message when its values have ended the connection", async () => {
    const sized: Codec<number> = {
      name: "sized",
      decoder: () => (_, emit) => [100_000, 100_000, 1].forEach((size) => emit(size, size)),
    };
    await using open = await receiving(sized, ["a"], { bufferLimit: 150_000 });
    expect((await open.client.closed).error?.code).toBe("SLOW_CONSUMER");
    expect(await drain(open.client)).toEqual([100_000]);
  });

  test("may hand out several values of a message, or none", async () => {
    const lines: Codec<string, string> = {
      name: "lines",
      decoder: () => (message, emit) => {
        for (const line of String(message.data).split("\n").filter(Boolean))
          emit(line, line.length);
      },
      encode: (line) => `${line}\n`,
    };
    await using open = await receiving(lines, ["a\nb\n", "\n", "c"]);
    for (const value of ["a", "b", "c"]) {
      expect(await open.client.receive()).toEqual({ ok: true, value });
    }
    await open.client.send("d");
    expect(await open.client.receive()).toEqual({ ok: true, value: "d" });
  });
});
