import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

/** The interval at which prices are sent. Rates above one price per tick are sent in batches. */
const TICK_MS = 20;
/** The longest time that one tick makes up for if the event loop was blocked. */
const MAX_CATCH_UP_MS = 100;
const MAX_RATE = 10_000;
const DEFAULT_RATE = 50;
const MAX_SYMBOLS = 20;
/** The largest filler in a price. */
const MAX_PADDING_BYTES = 16 * 1024;
const SYMBOL = /^[A-Z0-9]{1,10}-[A-Z0-9]{1,10}$/;

/** The first price of each symbol; any other symbol begins at 100. */
const OPENING_PRICES = new Map([
  ["BTC-USD", 64_000],
  ["ETH-USD", 3_200],
  ["SOL-USD", 150],
]);

/** @typedef {{ symbol: string, price: number }} Quote */

/**
 * @typedef {object} Backlog
 * @property {number} bufferedAmount bytes that wait in the server
 * @property {number} unsent prices that wait in the server
 * @property {number} produced prices generated so far, including those that wait
 * @property {number} skipped prices that were not generated, because the client was behind when they were due
 */

/**
 * Serves `/prices`: streams a random walk.
 *
 *     -> {"op":"subscribe","symbols":["BTC-USD"],"rate":50}      a second one replaces the first
 *     <- {"op":"subscribed","symbols":["BTC-USD"],"rate":50}
 *     <- {"symbol":"BTC-USD","price":64012.5,"time":1700000000000,"sequence":1}     50 a second
 *     -> {"op":"unsubscribe"}
 *     <- {"op":"unsubscribed"}
 *
 * `sequence` counts the prices of a connection from 1 without a gap, so that a client can detect a loss.
 * With `"padding":4096` in the subscription each price contains 4096 bytes of filler (at most 16384), so that
 * a slow client falls behind within seconds.
 *
 * @param {import("ws").WebSocket} ws
 * @returns {() => Backlog} a function that returns the current backlog of this client
 */
export function servePrices(ws) {
  const random = seededRandom(1);
  let sequence = 0;
  let unsent = 0;
  let skipped = 0;
  const onFlushed = () => void (unsent -= 1);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;

  /**
   * @param {Quote[]} quotes
   * @param {string | undefined} padding
   */
  function sendNextPrice(quotes, padding) {
    const quote = /** @type {Quote} */ (quotes[Math.floor(random() * quotes.length)]);
    quote.price *= 1 + (random() - 0.5) / 1000;
    sequence += 1;
    const price = Math.round(quote.price * 100) / 100;
    unsent += 1;
    send(
      ws,
      JSON.stringify({ symbol: quote.symbol, price, time: Date.now(), sequence, padding }),
      // Not compressed, because compression would remove the filler.
      { compress: padding === undefined, onFlushed },
    );
  }

  serveRequests(ws, {
    subscribe(request) {
      const symbols = parseSymbols(request.symbols);
      const rate = parseRate(request.rate);
      const padding = parsePadding(request.padding);
      const quotes = symbols.map((symbol) => ({
        symbol,
        price: OPENING_PRICES.get(symbol) ?? 100,
      }));
      clearInterval(timer);
      let last = performance.now();
      let due = 0;
      timer = setInterval(() => {
        const now = performance.now();
        const elapsed = Math.min(now - last, MAX_CATCH_UP_MS);
        last = now;
        due += (elapsed * rate) / 1000;
        for (; due >= 1; due -= 1) {
          // While the client is behind, prices are skipped, but no sequence number is.
          if (isBehind(ws)) skipped += 1;
          else sendNextPrice(quotes, padding);
        }
      }, TICK_MS);
      send(ws, JSON.stringify({ op: "subscribed", symbols, rate }));
    },
    unsubscribe() {
      clearInterval(timer);
      send(ws, JSON.stringify({ op: "unsubscribed" }));
    },
  });
  ws.on("close", () => clearInterval(timer));
  return () => ({ bufferedAmount: ws.bufferedAmount, unsent, produced: sequence, skipped });
}

/** @param {unknown} symbols */
function parseSymbols(symbols) {
  if (!Array.isArray(symbols) || symbols.length < 1 || symbols.length > MAX_SYMBOLS) {
    throw new BadRequest(`symbols: must be a list of 1 to ${MAX_SYMBOLS}`);
  }
  for (const symbol of symbols) {
    if (typeof symbol !== "string" || !SYMBOL.test(symbol)) {
      throw new BadRequest('symbols: each must be written like "BTC-USD"');
    }
  }
  return [...new Set(/** @type {string[]} */ (symbols))];
}

/** @param {unknown} rate */
function parseRate(rate = DEFAULT_RATE) {
  if (typeof rate !== "number" || !(rate >= 1 && rate <= MAX_RATE)) {
    throw new BadRequest(`rate: must be a number of prices per second, 1 to ${MAX_RATE}`);
  }
  return rate;
}

/**
 * @param {unknown} size
 * @returns {string | undefined} the filler, or `undefined` for a size of 0
 */
function parsePadding(size = 0) {
  if (typeof size !== "number" || !Number.isInteger(size) || size < 0 || size > MAX_PADDING_BYTES) {
    throw new BadRequest(`padding: must be a whole number of bytes, 0 to ${MAX_PADDING_BYTES}`);
  }
  return size === 0 ? undefined : ".".repeat(size);
}

/**
 * Returns a pseudorandom generator of numbers in [0, 1) (mulberry32). It is seeded, so that every run shows
 * the same walk.
 *
 * @param {number} seed
 */
function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
