// @ts-check
// The clients of feeds.ts. This file is JavaScript because web pages load it as well.

/**
 * @typedef {Pick<typeof import("../../src/node.js"), "connect">
 *   & Pick<typeof import("../../src/reconnect/node.js"), "reconnecting">
 *   & typeof import("../../src/codec/node.js")
 *   & typeof import("../../examples/codec-packets.mjs")} Kit the functions that a client may need
 */

/**
 * @typedef {object} FeedClient
 * @property {(kit: Kit) => import("../../src/node.js").AnyCodec} codec
 * @property {unknown} request the message that it sends first on each connection
 * @property {(value: any) => unknown} [reply] returns the reply to a value, or undefined
 * @property {(value: any) => unknown} [read] returns the part of a value to compare; default: the value
 * @property {boolean} [reconnects] true if the client reconnects when a connection is lost
 */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** @type {(value: { ping?: number } | undefined) => unknown} */
const pong = ({ ping } = {}) => ping && { pong: ping };

const RECONNECT_OPTIONS = { marker: true, backoff: { min: 1, max: 10 } };

/** The clients by the name of the feed. @satisfies {Readonly<Record<string, FeedClient>>} */
const CLIENTS = {
  HTX: {
    codec: ({ compose, gunzip, json }) => compose(gunzip(), json()),
    request: { sub: "market.btcusdt.ticker", id: "1" },
    reply: pong,
  },
  BingX: {
    // The ping of this feed is not JSON.
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
  "OKX v3": {
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
    reconnects: true,
  },
  Bilibili: {
    codec: ({ packets }) => packets(),
    request: { operation: 7, body: ENCODER.encode('{"roomid":1}') },
    read: ({ operation, body }) => [operation, JSON.parse(DECODER.decode(body))],
  },
};

/** @typedef {keyof typeof CLIENTS} FeedName */

/**
 * Receives all values of a feed until it closes the connection.
 *
 * @param {FeedName} name
 * @param {Kit} kit
 * @param {string} url
 * @returns {Promise<unknown[]>}
 */
export async function consume(name, kit, url) {
  /** @type {FeedClient} */
  const { codec, request, reply, read = (value) => value, reconnects } = CLIENTS[name];
  /** @type {{ codec: import("../../src/node.js").Codec<any, unknown> }} */
  const options = { codec: codec(kit) };
  const client = reconnects
    ? kit.reconnecting(url, {
        ...options,
        ...RECONNECT_OPTIONS,
        onConnect: (one) => one.send(request),
      })
    : await kit.connect(url, options);
  if (!reconnects) await client.send(request);
  const values = [];
  for await (const value of client) {
    values.push(read(value));
    const answer = reply?.(value);
    if (answer !== undefined) await client.send(answer);
  }
  return values;
}
