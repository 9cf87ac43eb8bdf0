import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import {
  FAILED,
  NO_HTTP,
  OPENS,
  rawResponses,
  REFUSED,
  rejected,
  respond,
  responses,
  TOO_LATE,
} from "./responses.js";

checkLeaks();

const MIB = 1_048_576;

describe("a status line", () => {
  testAttacks(
    "of HTTP/1.1 101 is accepted with any reason phrase",
    responses({
      "with no phrase": { status: "HTTP/1.1 101" },
      "with an empty phrase": { status: "HTTP/1.1 101 " },
      "with another phrase": { status: "HTTP/1.1 101 Web Socket Protocol Handshake" },
      "with NUL in its phrase": { status: "HTTP/1.1 101 a\0b" },
      "after empty lines": { before: "\r\n\r\n" },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "of another version is rejected",
    responses({
      "HTTP/1.0": { status: "HTTP/1.0 101 Switching Protocols" },
      "HTTP/0.9": { status: "HTTP/0.9 101 Switching Protocols" },
      "HTTP/2.0": { status: "HTTP/2.0 101 Switching Protocols" },
      "RTSP/1.0": { status: "RTSP/1.0 101 Switching Protocols" },
      "ICE/1.0": { status: "ICE/1.0 101 Switching Protocols" },
    }),
    { expected: REFUSED },
  );

  testAttacks(
    "that is malformed is rejected",
    [
      ...responses({
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
      ...rawResponses({
        "line feeds without carriage returns":
          "HTTP/1.1 101 X\nUpgrade: websocket\nConnection: Upgrade\n\n",
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
    "with another status is rejected, even with the right headers",
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
    "before the response are skipped",
    responses({
      "100": { before: "HTTP/1.1 100 Continue\r\n\r\n" },
      "102": { before: "HTTP/1.1 102 Processing\r\n\r\n" },
      "103": { before: hints },
      "199": { before: "HTTP/1.1 199 What\r\n\r\n" },
      "a thousand": { before: hints.repeat(1_000) },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "without end fail the dial after dialTimeout",
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

  testAttacks(
    "followed by the end of the connection fail the dial",
    rawResponses({ "102": "HTTP/1.1 102 Processing\r\n\r\n" }, true),
    {
      expected: FAILED,
    },
  );
});
