import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as connectTls, createServer as createTlsServer, TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { KernelCounters } from "../../../../src/transport/node/kernel-counters.js";
import { createCertificate } from "../../../helpers/certificates.js";
import { checkLeaks } from "../../../helpers/leaks.js";
import { ms } from "../../../helpers/time.js";

checkLeaks();

const certificate = createCertificate();

/** Both ends of a connection. */
interface Pair extends AsyncDisposable {
  readonly socket: Socket;
  readonly peer: Socket;
}

/** Connects two sockets with so many layers of TLS over TCP. */
async function createPair(tlsLayers: number): Promise<Pair> {
  const isTls = tlsLayers > 0;
  const server = isTls ? createTlsServer(certificate) : createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let socket = isTls ? connectTls({ port, ca: certificate.cert }) : connect(port);
  let [[peer]] = (await Promise.all([
    once(server, isTls ? "secureConnection" : "connection"),
    once(socket, isTls ? "secureConnect" : "connect"),
  ])) as [[Socket], unknown];
  for (let layer = 1; layer < tlsLayers; layer++) {
    peer = new TLSSocket(peer, { ...certificate, isServer: true });
    socket = connectTls({ socket, ca: certificate.cert });
    await Promise.all([once(peer, "secure"), once(socket, "secureConnect")]);
  }
  return {
    socket,
    peer,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      peer.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Settles when at least `size` bytes have been read. */
async function read(socket: Socket, size: number): Promise<void> {
  let total = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    total += (chunk as Buffer).length;
    if (total >= size) return;
  }
}

const write = (socket: Duplex, size: number): Promise<void> =>
  new Promise((resolve) => {
    socket.write(Buffer.alloc(size), () => resolve());
  });

// These read the private handle of Node's sockets, which may change with Node's version.
describe.each([
  ["a TCP socket", 0],
  ["a TLS socket", 1],
  ["a TLS socket over TLS", 2],
])("the counters of %s", (_, tlsLayers) => {
  test("count sent and received bytes", async () => {
    await using pair = await createPair(tlsLayers);
    const { socket, peer } = pair;
    const counters = new KernelCounters(socket);
    expect(counters.maxWriteBytes).toBe(Infinity);
    const { sent, received } = counters;
    await Promise.all([write(socket, 10_000), read(peer, 10_000)]);
    expect(counters.sent - sent).toBeGreaterThanOrEqual(10_000);
    expect(counters.sent - sent).toBeLessThan(10_500);
    expect(counters.isAccepted).toBe(true);
    await Promise.all([write(peer, 3_000), read(socket, 3_000)]);
    expect(counters.received - received).toBeGreaterThanOrEqual(3_000);
  });

  /** Starts to send more than the kernel's buffers hold; settles when they are full. */
  async function fill({ socket }: Pair, counters: KernelCounters): Promise<() => Promise<void>> {
    const written = write(socket, SIZE);
    let last: number | undefined;
    await expect.poll(() => last === (last = counters.sent), POLL).toBe(true);
    return () => written;
  }
  const SIZE = 33_554_432;
  // On a busy machine TLS takes seconds for all these bytes.
  const TIMEOUT = { timeout: ms(20_000) };
  const POLL = { interval: ms(100), ...TIMEOUT };

  test("stop while a peer does not read, and continue when it does", TIMEOUT, async () => {
    await using pair = await createPair(tlsLayers);
    const { socket, peer } = pair;
    const counters = new KernelCounters(socket);
    const written = await fill(pair, counters);
    expect(counters.isAccepted).toBe(false);
    expect(counters.sent).toBeGreaterThan(0);
    expect(counters.sent).toBeLessThan(SIZE);
    const seen = new Set<number>();
    peer.on("data", () => seen.add(counters.sent));
    await written();
    expect(seen.size).toBeGreaterThan(2);
    expect(counters.isAccepted).toBe(true);
    expect(counters.sent).toBeGreaterThanOrEqual(SIZE);
  });

  test.runIf(process.platform === "linux")(
    "count acknowledged bytes before the kernel accepts more",
    TIMEOUT,
    async () => {
      await using pair = await createPair(tlsLayers);
      const { peer } = pair;
      const counters = new KernelCounters(pair.socket);
      await fill(pair, counters);
      const { sent } = counters;
      expect(counters.unsent).toBeGreaterThan(0);
      // The kernel accepts more only when a third of the send buffer is free; 200,000 bytes are less.
      await read(peer, 200_000);
      await expect.poll(() => counters.sent, POLL).toBeGreaterThan(sent);
      peer.resume();
      await expect.poll(() => counters.unsent, POLL).toBe(0);
    },
  );

  test.runIf(process.platform === "linux")(
    "are at most a second old after a suspension of the process while they are read",
    TIMEOUT,
    async () => {
      // The clock of this test would remain in the module.
      vi.resetModules();
      const fresh = await import("../../../../src/transport/node/kernel-counters.js");
      await using pair = await createPair(tlsLayers);
      const counters = new fresh.KernelCounters(pair.socket);
      await fill(pair, counters);
      const now = performance.now.bind(performance);
      let skew = 2_000;
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + skew);
      onTestFinished(() => {
        clock.mockRestore();
      });
      // Called at the start of reading, before the suspension. The table that `fill` has read is out of date.
      clock.mockImplementationOnce(() => now() + 2_000);
      skew = 3_600_000;
      const { sent } = counters;
      await read(pair.peer, 200_000);
      skew += 1_000;
      await expect.poll(() => counters.sent, POLL).toBeGreaterThan(sent);
    },
  );

  test("of a closed socket do not throw", async () => {
    await using pair = await createPair(tlsLayers);
    const { socket } = pair;
    const counters = new KernelCounters(socket);
    socket.destroy();
    await once(socket, "close");
    expect([counters.sent, counters.received]).toEqual([0, 0]);
    expect(counters.isAccepted).toBeUndefined();
  });
});

describe("the counters of a Duplex", () => {
  /** A stream that completes a write only when `release` is called. */
  class Slow extends Duplex {
    release: (() => void) | undefined;

    constructor() {
      super({ read: () => {}, highWaterMark: 100 });
    }

    override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
      this.release = done;
    }
  }

  test("count accepted and emitted bytes", () => {
    const socket = new Slow();
    const counters = new KernelCounters(socket);
    expect([counters.sent, counters.received, counters.isAccepted]).toEqual([0, 0, undefined]);
    counters.emittedBytes += 7;
    expect(counters.received).toBe(7);
    for (const size of [10, 20]) {
      counters.writtenBytes += size;
      socket.write(Buffer.alloc(size));
    }
    expect(counters.sent).toBe(0);
    socket.release?.();
    expect(counters.sent).toBe(10);
  });

  test("advance only after each write, so that writes are limited to 16 KiB", () => {
    expect(new KernelCounters(new Slow()).maxWriteBytes).toBe(16_384);
  });

  test("are also used for TLS over it", async () => {
    const socket = connectTls({ socket: new Slow() });
    socket.on("error", () => {});
    const counters = new KernelCounters(socket);
    counters.writtenBytes += 10;
    expect([counters.sent, counters.maxWriteBytes]).toEqual([10, 16_384]);
    socket.destroy();
    await once(socket, "close");
  });
});
