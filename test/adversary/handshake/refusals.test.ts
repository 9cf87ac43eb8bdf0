import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import type { Attack } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { rejected } from "./responses.js";

checkLeaks();

const MIB = 1_048_576;

/** Zeros that deflate to less than 64 KiB. */
const ZEROS = Buffer.alloc(48 * MIB);

describe("a refusal", () => {
  testAttacks(
    "with an endless body is reported in bounded memory",
    ["Content-Length: 1000000000", "Transfer-Encoding: chunked", "Connection: close"].map(
      (header) => ({
        name: header,
        answer: (peer) => {
          peer.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n`);
          const chunk = `1000\r\n${"x".repeat(4_096)}\r\n`;
          const timer = setInterval(() => peer.write(chunk), 1);
          peer.socket.once("close", () => clearInterval(timer));
        },
      }),
    ),
    { expected: rejected("INTERNAL", 200), memory: 64 * MIB },
  );

  testAttacks(
    "with an endless body, sent byte by byte, is reported before dialTimeout",
    [
      {
        name: "chunked",
        answer: (peer) => {
          peer.write("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n");
          const timer = setInterval(() => peer.write("1\r\nx\r\n"), 10);
          peer.socket.once("close", () => clearInterval(timer));
        },
      },
    ],
    {
      expected: rejected("UNAVAILABLE, retryable", 503),
      options: { dialTimeout: ms(30_000) },
    },
  );

  testAttacks(
    "with a body of 64 KiB or more is reported",
    [65_536, 65_537, 100_000, 16_777_216].flatMap((size) =>
      ["401 No", "429 Slow down"].map((status) => ({
        name: `${status}, ${size} bytes`,
        answer: (peer) => peer.refuse(status, {}, "x".repeat(size)),
      })),
    ),
    {
      expected: [rejected("PERMISSION_DENIED", 401), rejected("RATE_LIMITED, retryable", 429)],
    },
  );

  testAttacks(
    "with a body that does not match its headers is reported",
    [
      ["a length that is too large", "Content-Length: 100\r\n\r\nshort"],
      ["a chunk that is cut short", "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nshort"],
      ["a chunk without a valid size", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"],
      ["bytes that are not UTF-8", "Content-Length: 3\r\n\r\n\xff\xfe\x80"],
      [
        "a body that is not compressed as declared",
        "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
      ],
    ].map(([name = "", rest = ""]) => ({
      name,
      answer: (peer) => {
        peer.write(Buffer.from(`HTTP/1.1 503 Busy\r\n${rest}`, "latin1"));
        peer.socket.end();
      },
    })),
    { expected: rejected("UNAVAILABLE, retryable", 503) },
  );

  const compressed = (encoding: string, body: Buffer, name = encoding): Attack => ({
    name,
    answer: (peer) => {
      const length = `Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}`;
      peer.write(`HTTP/1.1 503 Busy\r\n${length}\r\n\r\n`, body);
    },
  });

  testAttacks(
    "with a compression bomb as its body is reported in bounded memory",
    [compressed("br", brotliCompressSync(ZEROS))],
    { expected: rejected("UNAVAILABLE, retryable", 503), memory: 32 * MIB },
  );

  testAttacks(
    "with a compressed body that is cut short, damaged or of many parts is reported",
    Object.entries({
      gzip: gzipSync(ZEROS),
      deflate: deflateSync(ZEROS),
      "deflate, raw": deflateRawSync(ZEROS),
      br: brotliCompressSync(ZEROS),
    }).flatMap(([name, body]) => {
      const [encoding = ""] = name.split(",");
      const damaged = Buffer.from(body).fill(0xff, body.length / 2);
      const parts = Buffer.concat(Array.from({ length: 3_000 }, () => gzipSync("")));
      return [
        compressed(encoding, body.subarray(0, -20), `${name}, cut short`),
        compressed(encoding, damaged, `${name}, damaged`),
        compressed(encoding, parts, `${name}, of many parts`),
      ];
    }),
    { expected: rejected("UNAVAILABLE, retryable", 503) },
  );

  testAttacks(
    "with an invalid Retry-After is reported without a delay",
    [
      "",
      "soon",
      "-1",
      "1.5",
      "1e9",
      "0x10",
      "NaN",
      "Infinity",
      "Thu, 01 Jan 1970",
      "Thu, 99 Foo 9999 99:99:99 GMT",
      "x".repeat(10_000),
    ].map((value) => ({
      name: value.slice(0, 30),
      answer: (peer) => peer.refuse("429 Slow down", { "Retry-After": value }),
    })),
    { expected: rejected("RATE_LIMITED, retryable", 429) },
  );
});
