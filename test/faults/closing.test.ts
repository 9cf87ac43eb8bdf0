import { describe, test } from "vitest";
import { startEchoServer } from "../helpers/echo-server.js";
import type { ProxyConnection } from "../helpers/fault-proxy.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import { byName, connectThrough, optionsFor, range, runAll, serverFor, tally } from "./support.js";
import { tellEnd, WAYS } from "./support.js";
import type { Way } from "./support.js";

checkLeaks();

const CLOSE_TIMEOUT = ms(300);
const SOON = ms(5_000);

/** Our close frame, with its mask, and the peer's; both with code and "bye" (RFC 6455 section 5.5.1). */
const OURS = 11;
const THEIRS = 7;
/** What one write becomes longer by in TLS 1.3. */
const TLS_OVERHEAD = 22;

const frameSize = (size: number, { tls }: Way): number => size + (tls ? TLS_OVERHEAD : 0);

interface Row {
  readonly name: string;
  /** Who begins to close. */
  readonly by: "local" | "peer";
  /** The places at which it happens: before so many bytes of a frame have passed. */
  readonly places: (way: Way) => readonly number[];
  readonly fault: (connection: ProxyConnection, place: number) => void;
  readonly expected: string;
}

const nowhere = (): readonly number[] => [0];
const inFrame = (size: number) => (way: Way) => range(1, frameSize(size, way));
const behindFrame = (size: number) => (way: Way) => [frameSize(size, way)];

const UNCLEAN = "3001 not clean, by local, sent 3001";
const CLEAN = "3001 clean, by local, sent 3001";

const LOST: readonly Row[] = [
  {
    name: "ours is lost",
    by: "local",
    places: nowhere,
    fault: ({ toServer }) => toServer.stall(),
    expected: UNCLEAN,
  },
  {
    name: "the answer is lost",
    by: "local",
    places: nowhere,
    fault: ({ toClient }) => toClient.stall(),
    expected: UNCLEAN,
  },
  {
    name: "half of the answer is lost",
    by: "local",
    places: inFrame(THEIRS),
    fault: ({ toClient }, place) => toClient.endAfter(place, "stall"),
    expected: UNCLEAN,
  },
  {
    name: "all goes silent",
    by: "local",
    places: nowhere,
    fault: (connection) => connection.silence(),
    expected: UNCLEAN,
  },
  {
    name: "our answer is lost",
    by: "peer",
    places: nowhere,
    fault: ({ toServer }) => toServer.stall(),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
];

/** What a cut of either kind, or an end of one direction, comes to. */
const cuts = (then: "fin" | "reset" | "half"): readonly Row[] => [
  {
    name: `${then} in ours`,
    by: "local",
    places: inFrame(OURS),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: UNCLEAN,
  },
  {
    name: `${then} in the answer`,
    by: "local",
    places: inFrame(THEIRS),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: UNCLEAN,
  },
  {
    name: `${then} right behind the answer`,
    by: "local",
    places: behindFrame(THEIRS),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: CLEAN,
  },
  {
    name: `${then} in the peer's`,
    by: "peer",
    places: inFrame(THEIRS),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: "1006 not clean, by none, CONNECTION_LOST",
  },
  {
    name: `${then} right behind the peer's`,
    by: "peer",
    places: behindFrame(THEIRS),
    fault: ({ toClient }, place) => toClient.endAfter(place, then),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
  {
    name: `${then} in our answer`,
    by: "peer",
    places: inFrame(OURS),
    fault: ({ toServer }, place) => toServer.endAfter(place, then),
    expected: "3001 clean, by peer, CLOSED_BY_PEER",
  },
];

const ROWS = [...LOST, ...cuts("fin"), ...cuts("reset"), ...cuts("half")];

describe.each(byName(WAYS))("the closing handshake by %s", (_, way) => {
  test.for(byName(ROWS))("%s", async ([, { by, places, fault, expected }], context) => {
    await using server = await startEchoServer(serverFor(way));
    const options = { ...optionsFor(way), closeTimeout: CLOSE_TIMEOUT };
    const ends = await runAll(places(way), async (place) => {
      const path = crypto.randomUUID();
      await using linked = await connectThrough(`${server.url}${path}`, options);
      const { client, connection } = linked;
      const peer = server.connections.find(({ request }) => request.url === `/${path}`);
      // One whole message before, so that nothing of the opening is still on its way.
      await client.send("ready");
      await client.receive();
      fault(connection, place);
      const start = performance.now();
      if (by === "local") void client.close(3001, "bye");
      else peer?.ws.close(3001, "bye");
      const end = tellEnd(await client.closed);
      return { end, time: performance.now() - start };
    });
    conclude(context, {
      cases: ends.length,
      expected,
      happened: tally(ends.map(({ end }) => end)),
      time: { value: Math.max(...ends.map(({ time }) => time)), bound: CLOSE_TIMEOUT + SOON },
    });
  });
});
