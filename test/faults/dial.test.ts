import { describe, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { SILENT, startFaultProxy } from "../helpers/fault-proxy.js";
import type { Ending, Link } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { codeOf } from "../transport/support.js";
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

/** How long a dial that is cut may take: it needs no deadline to notice. */
const SOON = ms(5_000);
const DIAL_TIMEOUT = ms(300);

/** What a dial over a link comes to, and how long that takes; its socket is closed afterwards. */
async function dial(
  url: string,
  link: Link,
  options: ConnectOptions,
): Promise<{ code: string; time: number }> {
  await using proxy = await startFaultProxy(url, link);
  const start = performance.now();
  const code = await codeOf(connect(proxy.url, options));
  const time = performance.now() - start;
  // The proxy would end it otherwise.
  await (
    await proxy.connection()
  ).clientLeft;
  return { code, time };
}

/** How many bytes a whole opening takes, each way. */
async function sizesOf(url: string, way: Way): Promise<{ toServer: number; toClient: number }> {
  await using linked = await connectThrough(url, optionsFor(way));
  const { toServer, toClient } = linked.connection;
  return { toServer: toServer.bytes, toClient: toClient.bytes };
}

/** How a dial is ended in the middle, and what it then rejects with. */
const ENDS: readonly { name: string; then: Ending; options: ConnectOptions; code: string }[] = [
  { name: "ended", then: "fin", options: {}, code: "DIAL_FAILED" },
  { name: "reset", then: "reset", options: {}, code: "DIAL_FAILED" },
  {
    name: "stalled",
    then: "stall",
    options: { dialTimeout: DIAL_TIMEOUT },
    code: "DIAL_TIMEOUT",
  },
];

describe.each(byName(WAYS))("a dial by %s", (_, way) => {
  test("that is accepted and never answered", async (context) => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), dialTimeout: DIAL_TIMEOUT };
    const { code, time } = await dial(server.url, SILENT, options);
    const happened = `${code}, ${time < DIAL_TIMEOUT ? "before" : "after"} dialTimeout`;
    conclude(context, {
      expected: "DIAL_TIMEOUT, after dialTimeout",
      happened,
      time: { value: time, bound: DIAL_TIMEOUT + SOON },
    });
  });

  test("that is accepted and never answered, and aborted", async (context) => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), signal: AbortSignal.timeout(ms(100)) };
    const { code, time } = await dial(server.url, SILENT, options);
    conclude(context, {
      expected: "ABORTED",
      happened: code,
      time: { value: time, bound: ms(100) + SOON },
    });
  });

  for (const direction of ["toServer", "toClient"] as const) {
    const what = direction === "toServer" ? "the request" : "the answer";
    // In TLS most bytes are the certificate's: a sample of them is as good as all.
    const bytes = way.tls ? `a byte of the TLS handshake and ${what}` : `every byte of ${what}`;
    for (const { name, then, options, code } of ENDS) {
      test(`that is ${name} at ${bytes}`, async (context) => {
        await using server = await startEchoServer(serverFor(way));
        const size = (await sizesOf(server.url, way))[direction];
        // The size of a signature differs from one handshake to the next.
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
            bound: (options.dialTimeout === undefined ? 0 : DIAL_TIMEOUT) + SOON,
          },
        });
      });
    }
  }
});
