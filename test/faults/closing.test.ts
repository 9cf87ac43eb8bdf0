import { describe, test } from "vitest";
import type { TestContext } from "vitest";
import { byName } from "../helpers/by-name.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { ProxyConnection } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { connectThrough, optionsFor, range, runAll, serverFor, tally } from "./support.js";
import { describeEnd, ENDING_TEXTS, WAYS } from "./support.js";
import type { Way } from "./support.js";

checkLeaks();

const CLOSE_TIMEOUT_MS = ms(300);
const END_BOUND_MS = ms(5_000);

/** Sizes of a masked and an unmasked close frame with a code and "bye" (RFC 6455 section 5.5.1). */
const CLIENT_FRAME_BYTES = 11;
const PEER_FRAME_BYTES = 7;
/** Bytes that TLS 1.3 adds to each write. */
const TLS_OVERHEAD_BYTES = 22;

const frameSize = (size: number, { tls }: Way): number => size + (tls ? TLS_OVERHEAD_BYTES : 0);

interface Row {
  readonly name: string;
  /** The side that starts the close handshake. */
  readonly by: "local" | "peer";
  /** The numbers of bytes of a frame that pass before the fault. */
  readonly places: (way: Way) => readonly number[];
  readonly fault: (connection: ProxyConnection, place: number) => void;
  readonly expected: string;
}

const atStart = (): readonly number[] => [0];
const inFrame = (size: number) => (way: Way) => range(1, frameSize(size, way));
const afterFrame = (size: number) => (way: Way) => [frameSize(size, way)];

const NOT_CLEAN = "closed by the client with 3001 (not clean), sentCode 3001";
const CLEAN = "closed by the client with 3001 (clean), sentCode 3001";
const CLEAN_BY_PEER = "closed by the peer with 3001 (clean), CLOSED_BY_PEER";

const LOST: readonly Row[] = [
  {
    name: "is not clean if the client's close frame is lost",
    by: "local",
    places: atStart,
    fault: ({ toServer }) => toServer.stall(),
    expected: NOT_CLEAN,
  },
  {
    name: "is not clean if the peer's reply is lost",
    by: "local",
    places: atStart,
    fault: ({ toClient }) => toClient.stall(),
    expected: NOT_CLEAN,
  },
  {
    name: "is not clean if only a part of the peer's reply arrives",
    by: "local",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, "stall"),
    expected: NOT_CLEAN,
  },
  {
    name: "is not clean if no more bytes arrive on either side",
    by: "local",
    places: atStart,
    fault: (connection) => connection.silence(),
    expected: NOT_CLEAN,
  },
  {
    name: "is clean if the client's reply is lost",
    by: "peer",
    places: atStart,
    fault: ({ toServer }) => toServer.stall(),
    expected: CLEAN_BY_PEER,
  },
];

/** Returns the rows for one kind of end of the TCP connection, or of one direction of it. */
const cuts = (then: keyof typeof ENDING_TEXTS): readonly Row[] => [
  {
    name: `is not clean if ${ENDING_TEXTS[then]} within the client's close frame`,
    by: "local",
    places: inFrame(CLIENT_FRAME_BYTES),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: NOT_CLEAN,
  },
  {
    name: `is not clean if ${ENDING_TEXTS[then]} within the peer's reply`,
    by: "local",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: NOT_CLEAN,
  },
  {
    name: `is clean if ${ENDING_TEXTS[then]} right after the peer's reply`,
    by: "local",
    places: afterFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: CLEAN,
  },
  {
    name: `fails with CONNECTION_LOST if ${ENDING_TEXTS[then]} within the peer's close frame`,
    by: "peer",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: "lost with 1006 (not clean), CONNECTION_LOST",
  },
  {
    name: `is clean if ${ENDING_TEXTS[then]} right after the peer's close frame`,
    by: "peer",
    places: afterFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: CLEAN_BY_PEER,
  },
  {
    name: `is clean if ${ENDING_TEXTS[then]} within the client's reply`,
    by: "peer",
    places: inFrame(CLIENT_FRAME_BYTES),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: CLEAN_BY_PEER,
  },
];

const CUTS = [...cuts("fin"), ...cuts("reset"), ...cuts("half")];

describe.each(byName(WAYS))("the close handshake over %s", (_, way) => {
  const check = async (
    { by, places, fault, expected }: Row,
    context: TestContext,
  ): Promise<void> => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), closeTimeout: CLOSE_TIMEOUT_MS };
    const ends = await runAll(places(way), async (place) => {
      const path = crypto.randomUUID();
      await using linked = await connectThrough(`${server.url}${path}`, options);
      const { client, connection } = linked;
      const peer = server.connections.find(({ request }) => request.url === `/${path}`);
      // An echoed message ensures that no byte of the opening is still in transit.
      await client.send("ready");
      await client.receive();
      fault(connection, place);
      const start = performance.now();
      if (by === "local") void client.close(3001, "bye");
      else peer?.ws.close(3001, "bye");
      const end = describeEnd(await client.closed);
      return { end, time: performance.now() - start };
    });
    conclude(context, {
      cases: ends.length,
      expected,
      happened: tally(ends.map(({ end }) => end)),
      time: {
        value: Math.max(...ends.map(({ time }) => time)),
        bound: CLOSE_TIMEOUT_MS + END_BOUND_MS,
      },
    });
  };
  // These tests run concurrently, because they mostly wait.
  test.concurrent.for(byName(LOST))("%s", ([, row], context) => check(row, context));
  test.for(byName(CUTS))("%s", ([, row], context) => check(row, context));
});
