import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe } from "vitest";
import type { ConnectOptions } from "../../src/node.js";
import { AFTER, BEFORE, testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
import { createCertificate } from "../helpers/certificates.js";
import { checkLeaks } from "../helpers/leaks.js";
import type { RawConnection } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { IGNORED, LOST, broken } from "../helpers/verdict.js";

checkLeaks();

const MIB = 1_048_576;

/** Zeros that deflate to less than 64 KiB. */
const ZEROS = Buffer.alloc(48 * MIB);

const OPENS = IGNORED;

/** The outcome of a response that Node cannot parse as HTTP. */
const NO_HTTP = "HANDSHAKE_REJECTED, INTERNAL; wire: nothing";

/** The outcome of a response that is valid HTTP and breaks the WebSocket protocol. */
const REFUSED = rejected("INTERNAL", 101);

function rejected(traits: string, status: number): string {
  return `HANDSHAKE_REJECTED, ${traits}, status ${status}; wire: nothing`;
}

const FAILED = "DIAL_FAILED, INTERNAL, retryable; wire: nothing";
const TOO_LATE = "DIAL_TIMEOUT, TIMEOUT, retryable; wire: nothing";

/** The lines of a response. Lines that are left out are those of RFC 6455 section 4.2.2. */
interface Answer {
  readonly before?: string;
  readonly status?: string;
  readonly upgrade?: string;
  readonly connection?: string;
  readonly accept?: (right: string) => string;
  /** Additional lines. */
  readonly more?: readonly string[];
}

function respond(peer: RawConnection, { before = "", ...answer }: Answer): void {
  const {
    status = "HTTP/1.1 101 Switching Protocols",
    upgrade = "Upgrade: websocket",
    connection = "Connection: Upgrade",
    accept = (right) => `Sec-WebSocket-Accept: ${right}`,
    more = [],
  } = answer;
  const lines = [status, upgrade, connection, accept(peer.acceptance), ...more];
  peer.write(Buffer.from(`${before}${lines.filter(Boolean).join("\r\n")}\r\n\r\n`, "latin1"));
}

function answers(all: Readonly<Record<string, Answer>>, options?: ConnectOptions): Attack[] {
  return Object.entries(all).map(([name, answer]) => ({
    name,
    answer: (peer) => respond(peer, answer),
    ...(options && { options }),
  }));
}

/** Answers with exactly this text, and then stays silent or ends the connection. */
function says(all: Readonly<Record<string, string>>, end = false): Attack[] {
  return Object.entries(all).map(([name, text]) => ({
    name,
    answer: (peer) => {
      peer.write(Buffer.from(text, "latin1"));
      if (end) peer.socket.end();
    },
  }));
}

describe("a status line", () => {
  testAttacks(
    "that is HTTP/1.1 101, however it is written",
    answers({
      "with no phrase": { status: "HTTP/1.1 101" },
      "with an empty phrase": { status: "HTTP/1.1 101 " },
      "with another phrase": { status: "HTTP/1.1 101 Web Socket Protocol Handshake" },
      "with NUL in its phrase": { status: "HTTP/1.1 101 a\0b" },
      "behind empty lines": { before: "\r\n\r\n" },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "of another version",
    answers({
      "HTTP/1.0": { status: "HTTP/1.0 101 Switching Protocols" },
      "HTTP/0.9": { status: "HTTP/0.9 101 Switching Protocols" },
      "HTTP/2.0": { status: "HTTP/2.0 101 Switching Protocols" },
      "RTSP/1.0": { status: "RTSP/1.0 101 Switching Protocols" },
      "ICE/1.0": { status: "ICE/1.0 101 Switching Protocols" },
    }),
    { expected: REFUSED },
  );

  testAttacks(
    "that is none",
    [
      ...answers({
        "HTTP/1.2": { status: "HTTP/1.2 101 Switching Protocols" },
        "HTTP/3": { status: "HTTP/3 101 Switching Protocols" },
        "lower case": { status: "http/1.1 101 Switching Protocols" },
        "a status of two digits": { status: "HTTP/1.1 10 Switching Protocols" },
        "a status of four digits": { status: "HTTP/1.1 1010 Switching Protocols" },
        "no space": { status: "HTTP/1.1101 Switching Protocols" },
        "garbage before": { before: "garbage\r\n" },
        "a space before": { before: " " },
        "NUL before": { before: "\0" },
        "a byte order mark before": { before: "\xef\xbb\xbf" },
      }),
      ...says({
        "line feeds alone": "HTTP/1.1 101 X\nUpgrade: websocket\nConnection: Upgrade\n\n",
        "a page of HTTP/0.9": "<html>hello</html>",
        SMTP: "220 mail.example ESMTP\r\n",
        "HTTP/2": "\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x80\0\x04\0\x01\0\0\0\x05\0\xff\xff\xff",
        "a WebSocket frame": "\x81\x05hello",
        zeros: "\0".repeat(100_000),
      }),
    ],
    { expected: NO_HTTP },
  );

  testAttacks(
    "of another status, with all else right",
    [
      ["000 What", "INTERNAL"],
      ["200 OK", "INTERNAL"],
      ["204 No Content", "INTERNAL"],
      ["301 Moved", "INTERNAL"],
      ["401 Unauthorized", "PERMISSION_DENIED"],
      ["426 Upgrade Required", "INTERNAL"],
      ["503 Busy", "UNAVAILABLE, retryable"],
      ["999 What", "INTERNAL"],
    ].map(([status = "", traits = ""]) => ({
      name: `${status}, ${traits}`,
      answer: (peer) => {
        respond(peer, { status: `HTTP/1.1 ${status}` });
        peer.socket.end();
      },
    })),
    {
      expected: [
        rejected("INTERNAL", 0),
        rejected("INTERNAL", 200),
        rejected("INTERNAL", 204),
        rejected("INTERNAL", 301),
        rejected("PERMISSION_DENIED", 401),
        rejected("INTERNAL", 426),
        rejected("UNAVAILABLE, retryable", 503),
        rejected("INTERNAL", 999),
      ],
    },
  );
});

describe("interim responses", () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
  testAttacks(
    "before the answer",
    answers({
      "100": { before: "HTTP/1.1 100 Continue\r\n\r\n" },
      "102": { before: "HTTP/1.1 102 Processing\r\n\r\n" },
      "103": { before: hints },
      "199": { before: "HTTP/1.1 199 What\r\n\r\n" },
      "a thousand": { before: hints.repeat(1_000) },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "without end",
    [
      {
        name: "103",
        answer: (peer) => {
          const timer = setInterval(() => peer.write(hints.repeat(10)), 1);
          peer.socket.once("close", () => clearInterval(timer));
        },
      },
    ],
    { expected: TOO_LATE, options: { dialTimeout: ms(300) }, memory: 64 * MIB },
  );

  testAttacks("and then the end", says({ "102": "HTTP/1.1 102 Processing\r\n\r\n" }, true), {
    expected: FAILED,
  });
});

describe("the headers Upgrade and Connection", () => {
  testAttacks(
    "in any case and among others",
    answers({
      "lower case": {
        upgrade: "upgrade: websocket",
        connection: "connection: upgrade",
        accept: (right) => `sec-websocket-accept: ${right}`,
      },
      "upper case": {
        upgrade: "UPGRADE: WEBSOCKET",
        connection: "CONNECTION: UPGRADE",
        accept: (right) => `SEC-WEBSOCKET-ACCEPT: ${right}`,
      },
      "with keep-alive": { connection: "Connection: keep-alive, Upgrade" },
      "with close": { connection: "Connection: Upgrade, close" },
      "two of Connection": { connection: "Connection: keep-alive\r\nConnection: Upgrade" },
      "with no space": { upgrade: "Upgrade:websocket", connection: "Connection:Upgrade" },
      "with much space": {
        upgrade: "Upgrade: \t websocket \t ",
        connection: "Connection:  Upgrade ",
      },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "missing, or with another value",
    answers({
      "no Upgrade": { upgrade: "" },
      "an empty Upgrade": { upgrade: "Upgrade:" },
      "another Upgrade": { upgrade: "Upgrade: h2c" },
      "two in one Upgrade": { upgrade: "Upgrade: h2c, websocket" },
      "Upgrade with a version": { upgrade: "Upgrade: websocket/13" },
      "two of Upgrade": { upgrade: "Upgrade: websocket\r\nUpgrade: websocket" },
      "no Connection": { connection: "" },
      "an empty Connection": { connection: "Connection:" },
      "Connection: close": { connection: "Connection: close" },
      "Connection: keep-alive": { connection: "Connection: keep-alive" },
      "almost the right Connection": { connection: "Connection: Upgraded" },
      neither: { upgrade: "", connection: "" },
    }),
    { expected: REFUSED },
  );
});

describe("Sec-WebSocket-Accept", () => {
  testAttacks(
    "with space around it",
    answers({
      "spaces and tabs": { accept: (right) => `Sec-WebSocket-Accept: \t ${right} \t ` },
      none: { accept: (right) => `Sec-WebSocket-Accept:${right}` },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "missing, wrong or twice",
    answers({
      missing: { accept: () => "" },
      empty: { accept: () => "Sec-WebSocket-Accept:" },
      "of another key": { accept: () => "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" },
      "in lower case": { accept: (right) => `Sec-WebSocket-Accept: ${right.toLowerCase()}!` },
      "without its padding": { accept: (right) => `Sec-WebSocket-Accept: ${right.slice(0, -1)}` },
      "with something behind": { accept: (right) => `Sec-WebSocket-Accept: ${right}=` },
      "in quotes": { accept: (right) => `Sec-WebSocket-Accept: "${right}"` },
      "with space in it": {
        accept: (right) => `Sec-WebSocket-Accept: ${right.slice(0, 9)} ${right.slice(9)}`,
      },
      "twice the same": {
        accept: (right) => `Sec-WebSocket-Accept: ${right}\r\nSec-WebSocket-Accept: ${right}`,
      },
      "twice, the first wrong": {
        accept: (right) => `Sec-WebSocket-Accept: x\r\nSec-WebSocket-Accept: ${right}`,
      },
      "twice, the second wrong": {
        accept: (right) => `Sec-WebSocket-Accept: ${right}\r\nSec-WebSocket-Accept: x`,
      },
    }),
    { expected: REFUSED },
  );
});

describe("headers", () => {
  testAttacks(
    "that are no headers",
    answers({
      "a folded Upgrade": { upgrade: "Upgrade:\r\n websocket" },
      "a folded Accept": { accept: (right) => `Sec-WebSocket-Accept:\r\n\t${right}` },
      "another one folded": { more: ["X: a\r\n b"] },
      "a space before the colon": { accept: (right) => `Sec-WebSocket-Accept : ${right}` },
      "no colon": { more: ["nonsense"] },
      "no name": { more: [": x"] },
      "a space in a name": { more: ["X Y: z"] },
      "NUL in a value": { more: ["X: a\0b"] },
      "NUL in a name": { more: ["X\0: a"] },
      "a control character in a value": { more: ["X: a\x01b"] },
      "a carriage return in a value": { more: ["X: a\rb"] },
      "length and chunks at once": { more: ["Content-Length: 5", "Transfer-Encoding: chunked"] },
      "two lengths": { more: ["Content-Length: 5", "Content-Length: 6"] },
      "a negative length": { more: ["Content-Length: -1"] },
    }),
    { expected: NO_HTTP },
  );

  testAttacks(
    "of more than 64 KiB",
    answers({
      "in one of 64 KiB": { more: [`X: ${"x".repeat(65_536)}`] },
      "in one of 16 MiB": { more: [`X: ${"x".repeat(16_777_216)}`] },
      "64 KiB in many": {
        more: Array.from({ length: 700 }, (_, i) => `X-${i}: ${"x".repeat(95)}`),
      },
      "a name of 64 KiB": { more: [`${"x".repeat(65_536)}: x`] },
      "a phrase of 64 KiB": { status: `HTTP/1.1 101 ${"x".repeat(65_536)}` },
    }),
    { expected: NO_HTTP },
  );

  const many = Array.from({ length: 2_500 }, () => "a:b");
  testAttacks(
    "of less, be they many or odd",
    answers({
      "one of 63 KiB": { more: [`X: ${"x".repeat(64_512)}`] },
      "2,500 of them": { more: many },
      "2,500 before what counts": { status: ["HTTP/1.1 101 X", ...many].join("\r\n") },
      "Latin-1 in a value": { more: ["X: \xe4"] },
      "an empty value": { more: ["X:"] },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "2,500 before one that forbids it",
    answers({
      "an extension": { more: [...many, "Sec-WebSocket-Extensions: x"] },
      "a subprotocol": { more: [...many, "Sec-WebSocket-Protocol: x"] },
    }),
    { expected: REFUSED },
  );
});

describe("subprotocols", () => {
  testAttacks(
    "that were not offered",
    answers({
      one: { more: ["Sec-WebSocket-Protocol: chat"] },
      "an empty one": { more: ["Sec-WebSocket-Protocol:"] },
    }),
    { expected: REFUSED },
  );

  testAttacks(
    "other than those offered",
    answers(
      {
        none: {},
        "an empty one": { more: ["Sec-WebSocket-Protocol:"] },
        another: { more: ["Sec-WebSocket-Protocol: chat"] },
        "in another case": { more: ["Sec-WebSocket-Protocol: A"] },
        both: { more: ["Sec-WebSocket-Protocol: a, b"] },
        "both, in two headers": {
          more: ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b"],
        },
        "the same twice": { more: ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"] },
        "one in quotes": { more: ['Sec-WebSocket-Protocol: "a"'] },
      },
      { protocols: ["a", "b"] },
    ),
    { expected: REFUSED },
  );

  testAttacks(
    "one of those offered",
    answers(
      {
        "the first": { more: ["Sec-WebSocket-Protocol: a"] },
        "the second, with space": { more: ["Sec-WebSocket-Protocol:   b "] },
      },
      { protocols: ["a", "b"] },
    ),
    { expected: OPENS },
  );
});

describe("extensions", () => {
  const extensions = (...values: readonly string[]): Record<string, Answer> =>
    Object.fromEntries(
      values.map((value) => [
        value,
        { more: value.split("|").map((one) => `Sec-WebSocket-Extensions: ${one}`) },
      ]),
    );

  testAttacks(
    "though none was offered",
    answers(extensions("permessage-deflate", "x-webkit-deflate-frame", "", ",", "x; y=z")),
    { expected: REFUSED },
  );

  testAttacks(
    "that are not as offered",
    answers(
      extensions(
        "",
        ",",
        ";",
        "x",
        "permessage-deflate-2",
        "Permessage-Deflate",
        "permessage-deflate;",
        "permessage-deflate; ;",
        "permessage-deflate; unknown",
        "permessage-deflate; unknown=1",
        "permessage-deflate, x",
        "x, permessage-deflate",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate|permessage-deflate",
        "permessage-deflate|permessage-deflate; server_no_context_takeover",
        "permessage-deflate|x",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover=0",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        ...["server", "client"].flatMap((side) => [
          ...[
            "7",
            "16",
            "0",
            "-8",
            "99",
            "08",
            "015",
            "+9",
            "9.0",
            "1e1",
            "0x0f",
            "ten",
            "",
            '""',
          ].map((bits) => `permessage-deflate; ${side}_max_window_bits=${bits}`),
          `permessage-deflate; ${side}_max_window_bits`,
          `permessage-deflate; ${side}_max_window_bits=9; ${side}_max_window_bits=10`,
          `permessage-deflate; ${side}_max_window_bits=9; ${side}_max_window_bits=9`,
          `permessage-deflate; ${side}_max_window_bits="9`,
        ]),
      ),
      { compression: 1 },
    ),
    { expected: REFUSED },
  );

  testAttacks(
    "as they may be",
    answers(
      extensions(
        "permessage-deflate",
        "  permessage-deflate ;  server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover",
        "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
        ...["8", "9", "15", '"10"'].flatMap((bits) => [
          `permessage-deflate; server_max_window_bits=${bits}`,
          `permessage-deflate; client_max_window_bits=${bits}`,
        ]),
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9; client_no_context_takeover",
      ),
      { compression: 1 },
    ),
    { expected: OPENS },
  );
});

describe("behind the answer", () => {
  testAttacks(
    "frames at once, in the same write",
    answers({ glued: {} }).map(({ name }) => ({
      name,
      answer: (peer) => peer.accept({}, Buffer.concat([BEFORE, AFTER])),
      send: () => {},
    })),
    { expected: OPENS },
  );

  testAttacks(
    "no body, whatever the headers say",
    answers({
      "a length": { more: ["Content-Length: 5"] },
      "a length of 0": { more: ["Content-Length: 0"] },
      chunks: { more: ["Transfer-Encoding: chunked"] },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "what is no frame",
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "<html>hello</html>", "5\r\nhello\r\n"].map(
      (text) => ({
        name: JSON.stringify(text),
        answer: (peer) => peer.accept({}, Buffer.from(text)),
      }),
    ),
    { expected: broken(1002, "nothing") },
  );

  testAttacks(
    "nothing but the end",
    [
      {
        name: "at once",
        answer: (peer) => {
          peer.accept();
          peer.socket.end();
        },
        send: () => {},
      },
    ],
    { expected: LOST.replace("before", "nothing") },
  );
});

describe("a refusal", () => {
  testAttacks(
    "with a body without end",
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
    "with a body without end, a byte at a time",
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
    "with a body beyond 64 KiB",
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
    "with a body that is not what it says",
    [
      ["a length too great", "Content-Length: 100\r\n\r\nshort"],
      ["a chunk without end", "Transfer-Encoding: chunked\r\n\r\nffffffff\r\nshort"],
      ["a chunk of no size", "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"],
      ["bytes that are not UTF-8", "Content-Length: 3\r\n\r\n\xff\xfe\x80"],
      ["a compressed one that is none", "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"],
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
    "with a compressed body that is a bomb",
    [compressed("br", brotliCompressSync(ZEROS))],
    { expected: rejected("UNAVAILABLE, retryable", 503), memory: 32 * MIB },
  );

  testAttacks(
    "with a compressed body that is cut short, damaged or of many parts",
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
    "with a Retry-After that is none",
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

describe("a slow answer", () => {
  const right = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
  const drips: Readonly<Record<string, string>> = {
    "a right one": right,
    "one header without end": `${right}X: ${"x".repeat(10_000)}`,
    "headers without end": right + "a:b\r\n".repeat(2_000),
    "empty lines": "\r\n".repeat(5_000),
  };
  testAttacks(
    "of a byte in 10 ms is held to dialTimeout",
    Object.entries(drips).map(([name, text]) => ({
      name,
      answer: (peer) => {
        const bytes = text[Symbol.iterator]();
        const timer = setInterval(() => peer.write(bytes.next().value ?? ""), 10);
        peer.socket.once("close", () => clearInterval(timer));
      },
    })),
    { expected: TOO_LATE, options: { dialTimeout: ms(400) } },
  );

  testAttacks("that never comes", says({ silence: "" }), {
    expected: TOO_LATE,
    options: { dialTimeout: ms(200) },
  });

  testAttacks("of half a line and the end", says({ half: "HTTP/1.1 101 Swit" }, true), {
    expected: FAILED,
  });
});

describe("TLS", () => {
  const certificate = createCertificate();
  const unheard = (): void => {};

  testAttacks(
    "asked of a server that speaks none",
    Object.entries({
      HTTP: "HTTP/1.1 400 Bad Request\r\n\r\n",
      SSH: "SSH-2.0-OpenSSH_9.2p1\r\n",
      zeros: "\0".repeat(1_000),
      "a record that is too long": "\x16\x03\x03\x7f\x7f" + "x".repeat(32_767),
    }).map(([name, greeting]) => ({ name, greeting, answer: unheard })),
    { expected: FAILED, scheme: "wss" },
  );

  testAttacks("asked of a server that says nothing", [{ name: "silence", answer: unheard }], {
    expected: TOO_LATE,
    scheme: "wss",
    options: { dialTimeout: ms(200) },
  });

  testAttacks(
    "not spoken with a server that does",
    [{ name: "a request in plain text", answer: unheard }],
    { expected: FAILED, scheme: "ws", tls: certificate },
  );

  testAttacks("that nobody trusts", [{ name: "self-signed", answer: unheard }], {
    expected: "DIAL_FAILED, INTERNAL; wire: nothing",
    tls: certificate,
  });

  testAttacks(
    "under an answer that breaks the protocol",
    answers({ "a wrong Accept": { accept: () => "Sec-WebSocket-Accept: x" } }),
    {
      expected: REFUSED,
      tls: certificate,
      options: { node: { tls: { ca: certificate.cert } } },
    },
  );
});
