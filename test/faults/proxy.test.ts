import { once } from "node:events";
import { connect as connectTcp, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { expect, test } from "vitest";
import { connect } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { Condition } from "../helpers/condition.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { both, SILENT, startFaultProxy, WINDOW } from "../helpers/fault-proxy.js";
import type {
  Ending,
  FaultProxy,
  Faults,
  Link,
  PieceSize,
  ProxyConnection,
} from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { LINKS } from "../helpers/links.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { turns } from "../helpers/unit-clock.js";
import { noise } from "../transport/support.js";

checkLeaks();

/** One end of a TCP connection, which records the bytes it receives. */
class End {
  readonly socket: Socket;
  readonly reads: Buffer[] = [];
  bytes = 0;
  /** The state of the connection, as this end sees it. */
  fate: "open" | "ended" | "reset" = "open";
  readonly #changed = new Condition();

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay();
    socket.on("data", (chunk) => {
      this.reads.push(chunk);
      this.bytes += chunk.length;
      this.#changed.notify();
    });
    socket.on("end", () => this.#end("ended"));
    socket.on("error", (error: Error & { code?: string }) => {
      if (error.code === "ECONNRESET") this.#end("reset");
    });
  }

  get sizes(): number[] {
    return this.reads.map(({ length }) => length);
  }

  /** True if exactly these bytes have arrived. */
  has(bytes: Uint8Array): boolean {
    return Buffer.concat(this.reads).equals(bytes);
  }

  /** Waits until at least `bytes` bytes have arrived. */
  got(bytes: number): Promise<void> {
    return this.#changed.until(() => this.bytes >= bytes);
  }

  over(): Promise<void> {
    return this.#changed.until(() => this.fate !== "open");
  }

  #end(fate: "ended" | "reset"): void {
    this.fate = fate;
    this.#changed.notify();
  }
}

interface Pair extends AsyncDisposable {
  readonly proxy: FaultProxy;
  readonly connection: ProxyConnection;
  readonly client: End;
  readonly server: End;
}

/** Opens a TCP connection through a proxy. Returns both ends. */
async function openPair(link: Link = {}, seed?: number): Promise<Pair> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const proxy = await startFaultProxy(`ws://127.0.0.1:${port}/`, link, seed);
  const accepted = new Promise<End>((resolve) => {
    listener.once("connection", (socket) => resolve(new End(socket)));
  });
  const { port: proxyPort } = new URL(proxy.url);
  const client = new End(
    connectTcp({ port: Number(proxyPort), host: "127.0.0.1", allowHalfOpen: true }),
  );
  const server = await accepted;
  return {
    proxy,
    connection: await proxy.connection(),
    client,
    server,
    async [Symbol.asyncDispose]() {
      client.socket.destroy();
      server.socket.destroy();
      await proxy[Symbol.asyncDispose]();
      listener.close();
      await once(listener, "close");
    },
  };
}

/** Waits 20 turns of the event loop, in which all bytes in transit arrive. */
async function arrive(): Promise<void> {
  for (let i = 0; i < 20; i++) await turns(1);
}

test.for(Object.entries({ good: {}, ...LINKS }))(
  "a link passes all bytes as they are, both ways: %s",
  async ([, link], context) => {
    await using pair = await openPair(link);
    const { client, server, connection } = pair;
    const [up, down] = [noise(1_000_000, 1), noise(700_000, 2)];
    client.socket.end(up);
    server.socket.end(down);
    await Promise.all([client.over(), server.over()]);
    const { toServer, toClient } = connection;
    conclude(context, {
      expected: "up: 1000000 bytes, the same, ended; down: 700000 bytes, the same, ended",
      happened: [
        `up: ${toServer.bytes} bytes, ${server.has(up) ? "the same" : "others"}, ${server.fate}`,
        `down: ${toClient.bytes} bytes, ${client.has(down) ? "the same" : "others"}, ${client.fate}`,
      ].join("; "),
    });
  },
);

/** Faults of the direction to the client, and how `size` bytes of the server arrive because of them. */
interface Shape {
  readonly faults: Faults;
  readonly size: number;
  readonly expected: string;
  readonly describe: (sizes: readonly number[], time: number) => string;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  "pieces of 1": {
    faults: { pieces: 1 },
    size: 100,
    expected: "100 reads, the largest of 1",
    describe: (sizes) => `${sizes.length} reads, the largest of ${Math.max(...sizes)}`,
  },
  "pieces of 7": {
    faults: { pieces: 7 },
    size: 100,
    expected: "15 reads, the largest of 7",
    describe: (sizes) => `${sizes.length} reads, the largest of ${Math.max(...sizes)}`,
  },
  "a delay": {
    faults: { delay: 120 },
    size: 100,
    expected: "1 read, after the delay",
    describe: (sizes, time) => `${sizes.length} read, ${time > 115 ? "after" : "before"} the delay`,
  },
  "a delay of single bytes, which they all share": {
    faults: { delay: 120, pieces: 1 },
    size: 200,
    expected: "200 reads, within 2 s",
    describe: (sizes, time) => `${sizes.length} reads, ${time < ms(2_000) ? "" : "not "}within 2 s`,
  },
  "a rate": {
    faults: { rate: 100_000 },
    size: 50_000,
    expected: "none of over 1000 bytes, after 450 ms",
    describe: (sizes, time) =>
      `${Math.max(...sizes) > 1_000 ? "some" : "none"} of over 1000 bytes, ${time > 450 ? "after" : "before"} 450 ms`,
  },
};

test.for(Object.entries(SHAPES))("shapes a direction: %s", async ([, shape], context) => {
  await using pair = await openPair({ toClient: shape.faults });
  const { client, server } = pair;
  const start = performance.now();
  server.socket.write(noise(shape.size));
  await client.got(shape.size);
  const { expected } = shape;
  conclude(context, {
    expected,
    happened: shape.describe(client.sizes, performance.now() - start),
  });
});

test("shapes a direction: joined", async (context) => {
  await using pair = await openPair({ toClient: { join: ms(300) } });
  const { client, server } = pair;
  for (let i = 0; i < 20; i++) {
    server.socket.write(Buffer.of(i));
    await turns(1);
    await turns(1);
  }
  await client.got(20);
  conclude(context, {
    expected: "20 writes are 1 read",
    happened: `20 writes are ${client.sizes.length} read`,
  });
});

test("draws the same for a seed, and something else for another", async (context) => {
  const draw = async (seed: number): Promise<string> => {
    const pieces: PieceSize = (random) => 1 + random.below(9);
    await using pair = await openPair({ toClient: { pieces } }, seed);
    pair.server.socket.write(noise(300));
    await pair.client.got(300);
    return pair.client.sizes.join(" ");
  };
  const [first, again, other] = [await draw(1), await draw(1), await draw(2)];
  conclude(context, {
    expected: "the same, another",
    happened: `${first === again ? "the same" : "another"}, ${first === other ? "the same" : "another"}`,
  });
});

/** The state of both sides after the direction to the client has ended at a byte. */
const ENDINGS: Readonly<Record<Ending, string>> = {
  stall: "client: open; server: 4 bytes, open",
  half: "client: ended; server: 4 bytes, open",
  fin: "client: ended; server: 0 bytes, ended",
  reset: "client: reset; server: 0 bytes, reset",
};

/** The byte at which the direction ends, and the other faults of the 100 bytes that are sent. */
const ENDING_PLACES: Readonly<Record<string, Faults & { byte: number }>> = {
  "before the first byte": { byte: 0 },
  "in one write": { byte: 30 },
  "between single bytes": { byte: 30, pieces: 1 },
  "behind a delay and a rate": { byte: 30, delay: 20, rate: 10_000 },
};

test.for(
  Object.entries(ENDING_PLACES).flatMap(([way, faults]) =>
    Object.entries(ENDINGS).map(([then, expected]) => [way, then, faults, expected] as const),
  ),
)("ends a direction %s: %s", async ([, then, faults, expected], context) => {
  const { byte, ...others } = faults;
  const at = { byte, then: then as Ending };
  await using pair = await openPair({ toClient: { ...others, at } });
  const { client, server } = pair;
  server.socket.write(noise(100));
  await client.got(byte);
  if (then !== "stall") await client.over();
  if (then === "fin" || then === "reset") await server.over();
  client.socket.write("back");
  if (server.fate === "open") await server.got(4);
  conclude(context, {
    expected: `${expected}; ${byte} bytes passed`,
    happened: `client: ${client.fate}; server: ${server.bytes} bytes, ${server.fate}; ${client.bytes} bytes passed`,
  });
});

test("goes on after a stall with what it held, losing nothing", async (context) => {
  await using pair = await openPair({ toClient: { at: { byte: 1_000, then: "stall" } } });
  const { client, server, connection } = pair;
  const bytes = noise(1_000_000);
  server.socket.end(bytes);
  await client.got(1_000);
  await arrive();
  const before = client.bytes;
  connection.toClient.resume();
  await client.over();
  conclude(context, {
    expected: "1000 bytes before, then all, ended",
    happened: `${before} bytes before, then ${client.has(bytes) ? "all" : "others"}, ${client.fate}`,
  });
});

test("goes silent as behind a pulled cable, and on when it is plugged in", async (context) => {
  await using pair = await openPair();
  const { client, server, connection } = pair;
  client.socket.write("before");
  await server.got(6);
  connection.silence();
  client.socket.end("up");
  server.socket.end("down");
  await arrive();
  const silent = `${client.bytes}, ${client.fate}; ${server.bytes}, ${server.fate}`;
  connection.resume();
  await Promise.all([client.over(), server.over()]);
  conclude(context, {
    expected: "0, open; 6, open; then 4, ended; 8, ended",
    happened: `${silent}; then ${client.bytes}, ${client.fate}; ${server.bytes}, ${server.fate}`,
  });
});

test("accepts and never answers", async (context) => {
  await using pair = await openPair(SILENT);
  const { client, server } = pair;
  client.socket.write("hello?");
  server.socket.write("hello!");
  await arrive();
  conclude(context, {
    expected: "connected; 0 bytes, open; 0 bytes, open",
    happened: `${client.socket.connecting ? "not " : ""}connected; ${client.bytes} bytes, ${client.fate}; ${server.bytes} bytes, ${server.fate}`,
  });
});

test("takes other faults while it runs", async (context) => {
  await using pair = await openPair();
  const { client, server, proxy, connection } = pair;
  server.socket.write(noise(10));
  await client.got(10);
  proxy.set(both({ pieces: 1 }));
  server.socket.write(noise(5));
  await client.got(15);
  connection.set({});
  server.socket.write(noise(10));
  await client.got(25);
  connection.toClient.endAfter(3, "reset");
  server.socket.write(noise(10));
  await client.over();
  conclude(context, {
    expected: "10 1 1 1 1 1 10 3, reset",
    happened: `${client.sizes.join(" ")}, ${client.fate}`,
  });
});

test("passes an end and a reset on", async (context) => {
  await using ended = await openPair();
  ended.client.socket.end("bye");
  await ended.server.over();
  ended.server.socket.write("still here");
  await ended.client.got(10);
  await using reset = await openPair();
  reset.client.socket.write("bye");
  await reset.server.got(3);
  reset.client.socket.resetAndDestroy();
  await reset.server.over();
  conclude(context, {
    cases: 2,
    expected: "3 bytes, ended, 10 bytes back; 3 bytes, reset",
    happened: [
      `${ended.server.bytes} bytes, ${ended.server.fate}, ${ended.client.bytes} bytes back`,
      `${reset.server.bytes} bytes, ${reset.server.fate}`,
    ].join("; "),
  });
});

test.for<[string, Link]>([
  ["stalled", { toClient: { at: { byte: 0, then: "stall" } } }],
  ["throttled", { toClient: { rate: 1_000 } }],
  ["delayed", { toClient: { delay: 60_000 } }],
])("holds little back where it is %s: its source waits", async ([, link], context) => {
  await using pair = await openPair(link);
  const { server, connection } = pair;
  const size = 64 * 2 ** 20;
  server.socket.write(noise(size));
  // Wait until the kernel buffers are full and no more bytes move.
  let waiting = Infinity;
  await expect
    .poll(() => waiting === (waiting = server.socket.writableLength), { timeout: ms(10_000) })
    .toBe(true);
  conclude(context, {
    expected: "the source waits with most of it",
    happened: `the source waits with ${waiting > size / 2 ? "most" : "little"} of it`,
    memory: { value: connection.toClient.held, bound: 2 * WINDOW },
  });
});

test("stands before TLS as well", async (context) => {
  const tls = createCertificate();
  await using server = await startEchoServer({ tls });
  await using proxy = await startFaultProxy(server.url, both({ pieces: 5 }));
  const client = await connect(proxy.url, { node: { tls: { ca: tls.cert } } });
  await client.send("through");
  const { value } = await client.receive();
  const { clean } = await client.close();
  conclude(context, {
    expected: "wss:, through, clean, connections: 1",
    happened: `${new URL(proxy.url).protocol}, ${String(value?.data)}, ${clean ? "clean" : "cut"}, connections: ${proxy.connections.length}`,
  });
});
