// npm run demo -- [--seconds 10] [--rate 500] [--ping 3s] [--port 0], or --serve [--port 0]
import { parseArgs } from "node:util";
import { Channel, CLOSE_CODES, connect, parseDuration, WsError } from "wschan";
import { streamPrices } from "./price-stream/prices.mjs";
import { startDemoServer } from "./server/index.mjs";

const USAGE = `usage: npm run demo -- [--seconds N] [--rate N] [--ping DURATION] [--port N]
       npm run demo -- --serve [--port N]
  --seconds  duration of the demo, above 0 and up to 86400; default 10
  --rate     prices per second, 1 to 10000; default 500
  --ping     time between keep-alive pings, such as 500ms or 3s; default 3s
  --serve    only serve the page, until Ctrl-C
  --port     port of the page, 1 to 65535, or 0 for any free port; default 0`;

const SYMBOLS = ["BTC-USD", "ETH-USD"];

/** @returns {Promise<number>} the exit code: 0 for success, 1 for a failure, 2 for invalid arguments */
async function main() {
  let options;
  try {
    options = parseOptions();
  } catch (error) {
    console.error(`demo: ${/** @type {Error} */ (error).message}\n${USAGE}`);
    return 2;
  }
  try {
    return (await run(options)) ? 0 : 1;
  } catch (error) {
    console.error(`demo: ${WsError.is(error) ? `${error.code}: ${error.message}` : error}`);
    return 1;
  }
}

/** Parses the command line. Throws an error whose message is for the user. */
function parseOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string" },
      rate: { type: "string" },
      ping: { type: "string" },
      serve: { type: "boolean", default: false },
      port: { type: "string", default: "0" },
    },
  });
  const { serve } = values;
  const unused = /** @type {const} */ (["seconds", "rate", "ping"]).find((name) => name in values);
  if (serve && unused) throw new Error(`--serve: shows no stream, so there is no --${unused}`);
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port ${values.port}: must be a whole number from 0 to 65535`);
  }
  return { serve, port, ...parseStream(values) };
}

/** @param {{ seconds?: string, rate?: string, ping?: string }} values */
function parseStream({ seconds = "10", rate = "500", ping = "3s" }) {
  if (!(Number(seconds) > 0 && Number(seconds) <= 86_400)) {
    throw new Error(`--seconds ${seconds}: must be a number above 0 and up to 86400`);
  }
  if (!(Number(rate) >= 1 && Number(rate) <= 10_000)) {
    throw new Error(`--rate ${rate}: must be a number from 1 to 10000`);
  }
  const heartbeat = parseDuration(ping);
  if (heartbeat === 0) throw new Error("--ping 0: must be above 0");
  return { seconds: Number(seconds), rate: Number(rate), heartbeat };
}

/**
 * Serves the page. Streams prices meanwhile, or with `serve` only waits for Ctrl-C.
 *
 * @param {ReturnType<typeof parseOptions>} options
 * @returns {Promise<boolean>} true if the close was clean and nothing was lost
 */
async function run({ serve, port, seconds, ...stream }) {
  const stop = new Channel();
  // `once`, so that a second Ctrl-C ends the process at once.
  process.once("SIGINT", () => stop.close());
  const server = await startDemoServer({ port });
  let end;
  try {
    if (serve) {
      console.log(`page: ${server.page} until Ctrl-C`);
      await stop.receive();
      return true;
    }
    console.log(`page: ${server.page} for ${seconds} s; with --serve until Ctrl-C`);
    end = setTimeout(() => stop.close(), seconds * 1000);
    return await showStream(`${server.url}/prices`, { ...stream, stop });
  } finally {
    clearTimeout(end);
    await server.close();
  }
}

/**
 * Prints prices, rate and round trips until `stop` closes.
 *
 * @param {string} url
 * @param {{ rate: number, heartbeat: number, stop: import("wschan").ReceiveChannel<unknown> }} options
 * @returns {Promise<boolean>} true if the close was clean and nothing was lost
 */
async function showStream(url, options) {
  const client = await connect(url);
  const tally = new Tally();
  const endDisplay = startDisplay(tally);
  let closed;
  try {
    for await (const event of streamPrices(client, { symbols: SYMBOLS, ...options })) {
      if (event.kind === "price") tally.countPrice(event);
      else tally.countPing(event.milliseconds);
    }
  } finally {
    closed = await client.close(CLOSE_CODES.NORMAL, "end of the demo");
    endDisplay();
    console.log(`${tally.summary()}\nclosed: ${closed.code}, ${closed.clean ? "" : "not "}clean`);
  }
  return closed.clean && tally.gaps === 0;
}

/** Counts received prices and pings. */
class Tally {
  gaps = 0;
  #messages = 0;
  #lastSequence = 0;
  /** @type {Map<string, number>} */
  #prices = new Map();
  #pings = { count: 0, last: 0, min: Infinity, max: 0 };
  #started = performance.now();
  /** Totals over about the last second, from which the rate is computed. */
  #samples = [{ time: this.#started, messages: 0 }];

  /** @param {import("./price-stream/prices.mjs").Price} price */
  countPrice({ symbol, price, sequence }) {
    this.#messages += 1;
    if (sequence !== this.#lastSequence + 1) this.gaps += 1;
    this.#lastSequence = sequence;
    this.#prices.set(symbol, price);
  }

  /** @param {number} milliseconds */
  countPing(milliseconds) {
    const { count, min, max } = this.#pings;
    this.#pings = {
      count: count + 1,
      last: milliseconds,
      min: Math.min(min, milliseconds),
      max: Math.max(max, milliseconds),
    };
  }

  status() {
    const prices = [...this.#prices].map(([symbol, price]) => `${symbol} ${price.toFixed(2)}`);
    const { count, last } = this.#pings;
    const ping = count === 0 ? "-" : `${last.toFixed(2)} ms`;
    return (
      `${prices.sort().join("  ")} | ${this.#rate()} msg/s | ping ${ping} | ` +
      `${this.#messages} messages`
    );
  }

  summary() {
    const seconds = (performance.now() - this.#started) / 1000;
    const { count, min, max } = this.#pings;
    const range = count === 0 ? "" : ` (round trip ${min.toFixed(2)} to ${max.toFixed(2)} ms)`;
    return (
      `messages: ${this.#messages} in ${seconds.toFixed(1)} s\n` +
      `gaps in sequence: ${this.gaps}\n` +
      `pings: ${count}${range}`
    );
  }

  #rate() {
    const now = { time: performance.now(), messages: this.#messages };
    this.#samples.push(now);
    // Keep the newest of the samples that are at least a second old, so that the rate spans a second.
    while (now.time - this.#samples[1].time >= 1000) this.#samples.shift();
    const [since] = this.#samples;
    return Math.round(((now.messages - since.messages) * 1000) / (now.time - since.time));
  }
}

/**
 * Shows the tally: on a terminal as one line that is redrawn, elsewhere as one line per second.
 *
 * @param {Tally} tally
 * @returns {() => void} a function that prints a last line and ends the display
 */
function startDisplay(tally) {
  const { stdout } = process;
  const draw = stdout.isTTY
    ? // Cut to the terminal's width, because a wrapped line cannot be redrawn.
      () => stdout.write(`\r${tally.status().slice(0, (stdout.columns || 80) - 1)}\x1b[K`)
    : () => console.log(tally.status());
  const timer = setInterval(draw, stdout.isTTY ? 100 : 1000);
  return () => {
    clearInterval(timer);
    draw();
    if (stdout.isTTY) stdout.write("\n");
  };
}

process.exitCode = await main();
