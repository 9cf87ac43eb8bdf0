// @ts-check
// The clients of feeds.ts. In JavaScript, because they run in pages too.

/**
 * @typedef {Pick<typeof import("../../src/node.js"), "connect">
 *   & Pick<typeof import("../../src/reconnect/node.js"), "reconnecting">
 *   & typeof import("../../src/codec/node.js")
 *   & typeof import("../../examples/codec-packets.mjs")} Kit all that a client may need
 */

/**
 * @typedef {object} FeedClient
 * @property {(kit: Kit) => import("../../src/node.js").AnyCodec} codec
 * @property {unknown} request what it asks for on each connection
 * @property {(value: any) => unknown} [reply] what it answers, if anything
 * @property {(value: any) => unknown} [read] what a test is shown of a value; default: the value
 * @property {boolean} [stays] whether it comes back when a connection is lost
 */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** @type {(value: { ping?: number } | undefined) => unknown} */
const pong = ({ ping } = {}) => ping && { pong: ping };

const STAYING = { marker: true, backoff: { min: 1, max: 10 } };

/** By the feed's name. @satisfies {Readonly<Record<string, FeedClient>>} */
const CLIENTS = {
  HTX: {
    codec: ({ compose, gunzip, json }) => compose(gunzip(), json()),
    request: { sub: "market.btcusdt.ticker", id: "1" },
    reply: pong,
  },
  BingX: {
    // Its ping is no JSON.
    codec: ({ gunzip }) => gunzip(),
    request: '{"id":"1","reqType":"sub","dataType":"BTC-USDT@ticker"}',
    reply: ({ data }) => (data === "Ping" ? "Pong" : undefined),
    read: ({ data }) => (data === "Ping" ? data : JSON.parse(data)),
  },
  Bitrue: {
    codec: ({ auto, compose, json }) => compose(auto(), json()),
    request: { event: "sub", params: { channel: "market_btcusdt_ticker" } },
    reply: pong,
  },
  "CoinEx v2": {
    codec: ({ compose, gunzip, json }) => compose(gunzip(), json()),
    request: { method: "state.subscribe", params: { market_list: ["BTCUSDT"] }, id: 1 },
  },
  "OKX of old": {
    codec: ({ compose, inflateRaw, json }) => compose(inflateRaw(), json()),
    request: { op: "subscribe", args: ["spot/ticker:BTC-USDT"] },
  },
  KOOK: {
    codec: ({ compose, json, unzlib }) => compose(unzlib(), json()),
    request: { s: 2, sn: 0 },
  },
  "Discord, each payload": {
    codec: ({ compose, json, unzlib }) => compose(unzlib(), json()),
    request: { op: 2, d: { compress: true } },
  },
  "Discord, one stream": {
    codec: ({ compose, json, zlibStream }) => compose(zlibStream(), json()),
    request: { op: 2, d: {} },
  },
  "Discord, one stream for each connection": {
    codec: ({ compose, json, zlibStream }) => compose(zlibStream(), json()),
    request: { op: 2, d: {} },
    reply: (value) => (value === "ready?" ? "ready" : undefined),
    read: (value) => (value.type === "reconnected" ? value.type : value),
    stays: true,
  },
  Bilibili: {
    codec: ({ packets }) => packets(),
    request: { operation: 7, body: ENCODER.encode('{"roomid":1}') },
    read: ({ operation, body }) => [operation, JSON.parse(DECODER.decode(body))],
  },
};

/** @typedef {keyof typeof CLIENTS} FeedName */

/**
 * Receives what a feed has to say until it closes.
 *
 * @param {FeedName} name
 * @param {Kit} kit
 * @param {string} url
 * @returns {Promise<unknown[]>}
 */
export async function consume(name, kit, url) {
  /** @type {FeedClient} */
  const { codec, request, reply, read = (value) => value, stays } = CLIENTS[name];
  /** @type {{ codec: import("../../src/node.js").Codec<any, unknown> }} */
  const options = { codec: codec(kit) };
  const client = stays
    ? kit.reconnecting(url, { ...options, ...STAYING, onConnect: (one) => one.send(request) })
    : await kit.connect(url, options);
  if (!stays) await client.send(request);
  const values = [];
  for await (const value of client) {
    values.push(read(value));
    const answer = reply?.(value);
    if (answer !== undefined) await client.send(answer);
  }
  return values;
}
