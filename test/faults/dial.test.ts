import { describe, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failureCode } from "../helpers/failure.js";
import { SILENT, startFaultProxy } from "../helpers/fault-proxy.js";
import type { Ending, Link } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import {
  byName,
  connectThrough,
  optionsFor,
  range,
  runAll,
  serverFor,
  tally,
  WAYS,
} from "./support.js";
import type { Way } from "./support.js";

checkLeaks();

/** The time bound of a dial whose connection ends: it must notice that without a deadline. */
const END_BOUND_MS = ms(5_000);
const DIAL_TIMEOUT_MS = ms(300);

/** Dials over a link that makes the dial fail. Returns the error code and the time. */
async function dial(
  url: string,
  link: Link,
  options: ConnectOptions,
): Promise<{ code: string; time: number }> {
  await using proxy = await startFaultProxy(url, link);
  const start = performance.now();
  const code = await failureCode(connect(proxy.url, options));
  const time = performance.now() - start;
  // Wait until the dial has closed its socket, because disposing the proxy would close it as well.
  await (
    await proxy.connection()
  ).clientLeft;
  return { code, time };
}

/** Returns the number of bytes of a complete opening, in each direction. */
async function sizesOf(url: string, way: Way): Promise<{ toServer: number; toClient: number }> {
  await using linked = await connectThrough(url, optionsFor(way));
  const { toServer, toClient } = linked.connection;
  return { toServer: toServer.bytes, toClient: toClient.bytes };
}

/** The faults that interrupt a dial, and the code with which it rejects. */
const FAULTS: readonly { name: string; then: Ending; options: ConnectOptions; code: string }[] = [
  { name: "ended", then: "fin", options: {}, code: "DIAL_FAILED" },
  { name: "reset", then: "reset", options: {}, code: "DIAL_FAILED" },
  {
    name: "stalled",
    then: "stall",
    options: { dialTimeout: DIAL_TIMEOUT_MS },
    code: "DIAL_TIMEOUT",
  },
];

describe.each(byName(WAYS))("a dial by %s", (_, way) => {
  test("that is accepted and never answered", async (context) => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), dialTimeout: DIAL_TIMEOUT_MS };
    const { code, time } = await dial(server.url, SILENT, options);
    const happened = `${code}, ${time < DIAL_TIMEOUT_MS ? "before" : "after"} dialTimeout`;
    conclude(context, {
      expected: "DIAL_TIMEOUT, after dialTimeout",
      happened,
      time: { value: time, bound: DIAL_TIMEOUT_MS + END_BOUND_MS },
    });
  });

  test("that is accepted and never answered, and aborted", async (context) => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), signal: AbortSignal.timeout(ms(100)) };
    const { code, time } = await dial(server.url, SILENT, options);
    conclude(context, {
      expected: "ABORTED",
      happened: code,
      time: { value: time, bound: ms(100) + END_BOUND_MS },
    });
  });

  for (const direction of ["toServer", "toClient"] as const) {
    const what = direction === "toServer" ? "the request" : "the answer";
    // With TLS most bytes belong to the certificate, so a sample of the bytes is enough.
    const bytes = way.tls ? `a byte of the TLS handshake and ${what}` : `every byte of ${what}`;
    for (const { name, then, options, code } of FAULTS) {
      test(`that is ${name} at ${bytes}`, async (context) => {
        await using server = await startEchoServer(serverFor(way));
        const size = (await sizesOf(server.url, way))[direction];
        // The size of the TLS signature varies between handshakes, so the last 16 bytes are left out.
        const places = way.tls ? range(0, size - 16, 13) : range(0, size);
        const given = { ...optionsFor(way), ...options };
        const results = await runAll(
          places,
          (byte) => dial(server.url, { [direction]: { at: { byte, then } } }, given),
          then === "stall" ? 64 : 16,
        );
        conclude(context, {
          cases: places.length,
          expected: code,
          happened: tally(results.map((result) => result.code)),
          time: {
            value: Math.max(...results.map(({ time }) => time)),
            bound: (options.dialTimeout === undefined ? 0 : DIAL_TIMEOUT_MS) + END_BOUND_MS,
          },
        });
      });
    }
  }
});
