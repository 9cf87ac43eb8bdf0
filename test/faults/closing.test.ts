import { describe, test } from "vitest";
import { startEchoServer } from "../helpers/echo-server.js";
import type { ProxyConnection } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { byName, connectThrough, optionsFor, range, runAll, serverFor, tally } from "./support.js";
import { describeEnd, WAYS } from "./support.js";
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

const NOT_CLEAN = "3001 not clean, by local, sent 3001";
const CLEAN = "3001 clean, by local, sent 3001";

const LOST: readonly Row[] = [
  {
    name: "ours is lost",
    by: "local",
    places: atStart,
    fault: ({ toServer }) => toServer.stall(),
    expected: NOT_CLEAN,
  },
  {
    name: "the answer is lost",
    by: "local",
    places: atStart,
    fault: ({ toClient }) => toClient.stall(),
    expected: NOT_CLEAN,
  },
  {
    name: "half of the answer is lost",
    by: "local",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, "stall"),
    expected: NOT_CLEAN,
  },
  {
    name: "all goes silent",
    by: "local",
    places: atStart,
    fault: (connection) => connection.silence(),
    expected: NOT_CLEAN,
  },
  {
    name: "our answer is lost",
    by: "peer",
    places: atStart,
    fault: ({ toServer }) => toServer.stall(),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
];

/** Returns the rows for one kind of end of the TCP connection, or of one direction of it. */
const cuts = (then: "fin" | "reset" | "half"): readonly Row[] => [
  {
    name: `${then} in ours`,
    by: "local",
    places: inFrame(CLIENT_FRAME_BYTES),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: NOT_CLEAN,
  },
  {
    name: `${then} in the answer`,
    by: "local",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: NOT_CLEAN,
  },
  {
    name: `${then} right behind the answer`,
    by: "local",
    places: afterFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: CLEAN,
  },
  {
    name: `${then} in the peer's`,
    by: "peer",
    places: inFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: "1006 not clean, by none, CONNECTION_LOST",
  },
  {
    name: `${then} right behind the peer's`,
    by: "peer",
    places: afterFrame(PEER_FRAME_BYTES),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
  {
    name: `${then} in our answer`,
    by: "peer",
    places: inFrame(CLIENT_FRAME_BYTES),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
];

const ROWS = [...LOST, ...cuts("fin"), ...cuts("reset"), ...cuts("half")];

describe.each(byName(WAYS))("the closing handshake by %s", (_, way) => {
  test.for(byName(ROWS))("%s", async ([, { by, places, fault, expected }], context) => {
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
  });
});
