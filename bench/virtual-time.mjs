// @ts-check
// `node bench/virtual-time.mjs` measures virtual time with `wschan/testing`: a client that makes 10,000 attempts to
// reconnect, and one whose keep-alive sends 10,000 pings. Prints the seconds of each of five rounds, and the best.
import { connect } from "../dist/node.mjs";
import { reconnecting } from "../dist/reconnect/node.mjs";
import { TestClock, TestServer } from "../dist/testing/node.mjs";

const COUNT = 10_000;
const ROUNDS = 5;

/** @param {TestClock} clock @param {TestServer} server */
async function reconnect(clock, server) {
  server.fail(undefined, { times: COUNT });
  const client = reconnecting("wss://bench.test/", { maxAttempts: COUNT + 1 });
  while (client.state.type !== "open") await clock.advance("10h");
  await client.close();
}

/** @param {TestClock} clock */
async function keepAlive(clock) {
  const client = await connect("wss://bench.test/", { keepAlive: { interval: "1s" } });
  await clock.advance(COUNT * 1_000);
  await client.close();
}

/** @param {(clock: TestClock, server: TestServer) => Promise<void>} run */
async function secondsOf(run) {
  const clock = new TestClock();
  const server = new TestServer();
  const start = performance.now();
  await run(clock, server);
  const seconds = (performance.now() - start) / 1_000;
  await server.close();
  clock.dispose();
  return seconds;
}

for (const [what, run] of Object.entries({ attempts: reconnect, pings: keepAlive })) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await secondsOf(run));
  const list = rounds.map((seconds) => seconds.toFixed(2)).join(" ");
  console.log(`${COUNT} virtual ${what}: ${list} s, best ${Math.min(...rounds).toFixed(2)} s`);
}
