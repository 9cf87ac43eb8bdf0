import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import type { reconnecting as Reconnecting } from "../dist/reconnect/node.mjs";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

const SESSIONS = 10;
const ROTATIONS_PER_SESSION = 100;
const TICK_MS = 5;

/** One session: its numbers go to the last connection that said hello, and come from any. */
interface Session {
  newest: WebSocket | undefined;
  dials: number;
  lastSent: number;
  received: number;
  /** The first numbers that were not the successor of the one before. */
  readonly wrong: number[];
}

interface Faults {
  refused: number;
  stalled: number;
  closed: number;
}

/** The period in dials of a session, after which a dial is refused, stalls, or its connection is closed at once. */
type FaultPeriods = Readonly<Record<keyof Faults, number>>;

async function startSessions(
  periods: FaultPeriods,
): Promise<
  AsyncDisposable & { readonly url: string; readonly sessions: Session[]; readonly faults: Faults }
> {
  const sessions = Array.from({ length: SESSIONS }, (): Session => ({
    newest: undefined,
    dials: 0,
    lastSent: 0,
    received: 0,
    wrong: [],
  }));
  const faults: Faults = { refused: 0, stalled: 0, closed: 0 };
  const stalled: Duplex[] = [];
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    const session = sessions[Number(request.url?.slice(1))] as Session;
    const dial = ++session.dials;
    if (dial % periods.refused === 0) {
      faults.refused++;
      socket.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    } else if (dial % periods.stalled === 0) {
      faults.stalled++;
      stalled.push(socket);
      socket.on("error", () => {});
    } else {
      server.handleUpgrade(request, socket, head, (ws) => {
        ws.on("error", () => {});
        if (dial % periods.closed === 0) {
          faults.closed++;
          ws.close(1011);
          return;
        }
        ws.on("message", (data) => {
          if ((data as Buffer).toString() === "hello") session.newest = ws;
          else if (Number((data as Buffer).toString()) !== ++session.received)
            session.wrong.push(session.received);
        });
      });
    }
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const pump = setInterval(() => {
    for (const session of sessions) {
      session.newest?.send(String(++session.lastSent));
    }
  }, TICK_MS);
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/`,
    sessions,
    faults,
    async [Symbol.asyncDispose]() {
      clearInterval(pump);
      for (const { newest } of sessions) newest?.terminate();
      for (const socket of stalled) socket.destroy();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}

interface Outcome {
  readonly sent: number;
  readonly received: number;
  readonly wrong: number[];
  readonly statuses: string[];
  readonly lost: number;
}

/**
 * Rotates the connection of one session `rotations` times while numbers go both ways. A page runs its source text, so
 * it uses nothing from outside.
 */
async function rotate(
  reconnecting: typeof Reconnecting,
  url: string,
  rotations: number,
  dialTimeout: number,
): Promise<Outcome> {
  const sleep = (delayMs: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, delayMs));
  const statuses: string[] = [];
  const wrong: number[] = [];
  let lost = 0;
  let sent = 0;
  let received = 0;
  const client = reconnecting(url, {
    dialTimeout,
    backoff: { min: 1, max: 10 },
    // The session moves only now, because the client may have given up a dial that the server has accepted. After this
    // message the attempt must not fail, so it does not wait for the send, which dialTimeout would bound.
    onConnect: (connection) => void connection.send("hello"),
    onLost: (messages) => (lost += messages.length),
  });
  client.onStatus(({ type }) => statuses.push(type));
  const reading = (async () => {
    for await (const { data } of client) if (Number(data) !== ++received) wrong.push(received);
  })();
  while (client.state.type !== "open") await sleep(1);
  const pump = setInterval(() => {
    void client.send(String(++sent));
  }, 5);
  for (let i = 0; i < rotations; i++) {
    const old = client.connection;
    client.reconnect();
    while (client.connection === old) await sleep(1);
  }
  clearInterval(pump);
  await client.flush();
  // The next messages show whether the last rotation has lost any.
  const enough = received + 10;
  while (received < enough) await sleep(1);
  await client.close();
  await reading;
  return { sent, received, wrong, statuses, lost };
}

/** Checks that every number has arrived once and in order, on both sides. */
async function check(
  server: { readonly sessions: readonly Session[]; readonly faults: Faults },
  outcomes: readonly Outcome[],
): Promise<void> {
  expect(outcomes.length).toBe(SESSIONS);
  for (const [i, outcome] of outcomes.entries()) {
    const session = server.sessions[i];
    expect(outcome.statuses, JSON.stringify(outcome)).toEqual(["open", "closed"]);
    expect(outcome).toMatchObject({ lost: 0, wrong: [] });
    expect(session).toMatchObject({ wrong: [], received: outcome.sent });
    expect(outcome.sent).toBeGreaterThan(ROTATIONS_PER_SESSION);
    expect(outcome.received).toBeGreaterThan(ROTATIONS_PER_SESSION);
    expect(session?.dials).toBeGreaterThan(ROTATIONS_PER_SESSION);
  }
  const { refused, stalled, closed } = server.faults;
  expect(Math.min(refused, stalled, closed)).toBeGreaterThanOrEqual(SESSIONS);
}

const TITLE = `${SESSIONS * ROTATIONS_PER_SESSION} rotations under load lose, repeat and reorder nothing`;

test(`${TITLE} in Node`, { timeout: ms(180_000) }, async () => {
  const { reconnecting } = await import("../dist/reconnect/node.mjs");
  await using server = await startSessions({ refused: 7, stalled: 11, closed: 13 });
  const runs = Array.from({ length: SESSIONS }, (_, i) =>
    rotate(reconnecting, `${server.url}${i}`, ROTATIONS_PER_SESSION, ms(500)),
  );
  await check(server, await Promise.all(runs));
});

test(`${TITLE} in Chromium`, { timeout: ms(180_000) }, async () => {
  // Few, because Chromium delays dials after others have failed.
  await using server = await startSessions({ refused: 53, stalled: 67, closed: 71 });
  await using site = await startSite();
  site.pages.set(
    "/",
    () => `
      <link rel="icon" href="data:," />
      <script src="/dist/wschan.all.umd.js"></script>
      <script>
        ${rotate.toString()}
        const runs = Array.from({ length: ${SESSIONS} }, (_, i) =>
          rotate(wschan.reconnecting, "${server.url}" + i, ${ROTATIONS_PER_SESSION}, ${ms(2_000)}));
        const outcomes = Promise.all(runs);
      </script>`,
  );
  const browser = await launch("chromium");
  try {
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(String(error)));
    await tab.goto(site.url);
    await check(server, await tab.evaluate<Outcome[]>("outcomes"));
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
});
