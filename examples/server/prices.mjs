import { BadRequest, isBehind, send, serveRequests } from "./socket.mjs";

/** How often prices go out, in ms. A rate above one per tick is sent in batches. */
const TICK = 20;
/** The longest time whose prices one tick makes up for, in ms, should the event loop have been blocked. */
const MAX_CATCH_UP = 100;
const MAX_RATE = 10_000;
const DEFAULT_RATE = 50;
const MAX_SYMBOLS = 20;
/** The most filler in a price, in bytes. */
const MAX_PADDING = 16 * 1024;
const SYMBOL = /^[A-Z0-9]{1,10}-[A-Z0-9]{1,10}$/;

/** Where the walk of a symbol begins; one that is not listed begins at 100. */
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
 * @property {number} produced prices made so far, those that wait included
 * @property {number} skipped prices never made, because the client was behind when they were due
 */

/**
 * `/prices` streams a random walk.
 *
 *     -> {"op":"subscribe","symbols":["BTC-USD"],"rate":50}      a second one replaces the first
 *     <- {"op":"subscribed","symbols":["BTC-USD"],"rate":50}
 *     <- {"symbol":"BTC-USD","price":64012.5,"time":1700000000000,"sequence":1}     50 a second
 *     -> {"op":"unsubscribe"}
 *     <- {"op":"unsubscribed"}
 *
 * `sequence` counts a connection's prices from 1 without a gap, so a client can prove that it lost none.
 * With `"padding":4096` in the subscription each price carries so many bytes of filler, up to 16384: a
 * client that reads slowly is then behind within seconds.
 *
 * @param {import("ws").WebSocket} ws
 * @returns {() => Backlog} tells what waits for this client now
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
      // Compressed, filler would weigh nothing.
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
        const elapsed = Math.min(now - last, MAX_CATCH_UP);
        last = now;
        due += (elapsed * rate) / 1000;
        for (; due >= 1; due -= 1) {
          // While the client is behind, time is skipped; the sequence is not.
          if (isBehind(ws)) skipped += 1;
          else sendNextPrice(quotes, padding);
        }
      }, TICK);
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
    throw new BadRequest(`symbols: a list of 1 to ${MAX_SYMBOLS}`);
  }
  for (const symbol of symbols) {
    if (typeof symbol !== "string" || !SYMBOL.test(symbol)) {
      throw new BadRequest('symbols: each is written like "BTC-USD"');
    }
  }
  return [...new Set(/** @type {string[]} */ (symbols))];
}

/** @param {unknown} rate */
function parseRate(rate = DEFAULT_RATE) {
  if (typeof rate !== "number" || !(rate >= 1 && rate <= MAX_RATE)) {
    throw new BadRequest(`rate: a number of prices per second, 1 to ${MAX_RATE}`);
  }
  return rate;
}

/**
 * @param {unknown} size
 * @returns {string | undefined} the filler; none for a size of 0
 */
function parsePadding(size = 0) {
  if (typeof size !== "number" || !Number.isInteger(size) || size < 0 || size > MAX_PADDING) {
    throw new BadRequest(`padding: a whole number of bytes, 0 to ${MAX_PADDING}`);
  }
  return size === 0 ? undefined : ".".repeat(size);
}

/**
 * A small generator of numbers in [0, 1) (mulberry32), so that every run shows the same walk.
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
