// @ts-check
// Inflates messages that are gzip files, with the codec for Node and with the codec for browsers, both in Node. They
// are compared with the bare libraries, which check no checksums and no limits (fflate), or only some (zlib).
import { gunzipSync as byZlib, gzipSync } from "node:zlib";
import { gunzipSync as byFflate } from "fflate";
import * as browser from "../../dist/codec/browser.mjs";
import * as node from "../../dist/codec/node.mjs";

/** The size of all inflated messages of a run together. */
const TOTAL_BYTES = 16 * 1024 * 1024;
const MAX_MESSAGES = 20_000;

/** @typedef {(message: Uint8Array<ArrayBuffer>) => void} Inflate */

/**
 * Makes the contestant of a codec.
 *
 * @param {typeof node.gunzip} gunzip
 */
const codec = (gunzip) => () => {
  const decode = gunzip({ type: "binary" }).decoder(TOTAL_BYTES);
  return (/** @type {Uint8Array<ArrayBuffer>} */ data) =>
    decode({ type: "binary", data }, () => {});
};

/** @type {Readonly<Record<string, () => Inflate>>} */
const CONTESTANTS = {
  "in Node": codec(node.gunzip),
  "as in browsers": codec(browser.gunzip),
  "bare fflate": () => (data) => void byFflate(data),
  "bare `node:zlib`": () => (data) => void byZlib(data),
};

/**
 * Makes a gzipped message like those of market data feeds; `number` varies its content.
 *
 * @param {number} size
 * @param {number} number
 */
function message(size, number) {
  let text = `{"ch":"market.btcusdt.depth","ts":${1_700_000_000_000 + number},"bids":[`;
  for (let i = number; text.length < size; i++) {
    text += `[${60_000 + ((i * 7_919) % 1_000) / 10},${((i * 31_337) % 10_000) / 1e4}],`;
  }
  return Uint8Array.from(gzipSync(text.slice(0, size)));
}

/** @type {import("./index.mjs").Workload[]} */
export const workloads = [
  ["64 B", 64],
  ["256 B", 256],
  ["1 KiB", 1_024],
  ["4 KiB", 4_096],
  ["64 KiB", 65_536],
  ["1 MiB", 1_048_576],
].map(([name, size]) => ({
  name: `inflate ${name} of JSON, gzip`,
  group: "Codecs",
  unit: "time",
  ours: ["in Node", "as in browsers"],
  peers: ["bare fflate", "bare `node:zlib`"],
  // The codec may take a tenth more time than fflate, because it also checks the message and its limit.
  targets: size === 1_024 ? { "bare fflate": 1 / 1.1 } : {},
  prepare(contestant) {
    const inflate = CONTESTANTS[contestant]?.();
    if (inflate === undefined) throw new Error(`unknown contestant: ${contestant}`);
    const messages = Array.from({ length: 16 }, (_, i) => message(Number(size), i * 1_000));
    const rounds = Math.ceil(Math.min(TOTAL_BYTES / Number(size), MAX_MESSAGES) / messages.length);
    const run = () => {
      for (let i = 0; i < rounds; i++) messages.forEach(inflate);
      return Promise.resolve();
    };
    return Promise.resolve({ run });
  },
}));
