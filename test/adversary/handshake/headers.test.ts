import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { NO_HTTP, OPENS, REFUSED, responses } from "./responses.js";

checkLeaks();

describe("the headers Upgrade and Connection", () => {
  testAttacks(
    "are accepted in any case and next to other values",
    responses({
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
    "are rejected if they are missing or have another value",
    responses({
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
    "is accepted with white space around it",
    responses({
      "spaces and tabs": { accept: (right) => `Sec-WebSocket-Accept: \t ${right} \t ` },
      none: { accept: (right) => `Sec-WebSocket-Accept:${right}` },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "is rejected if it is missing, wrong or repeated",
    responses({
      missing: { accept: () => "" },
      empty: { accept: () => "Sec-WebSocket-Accept:" },
      "of another key": { accept: () => "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" },
      "in lower case": { accept: (right) => `Sec-WebSocket-Accept: ${right.toLowerCase()}!` },
      "without its padding": { accept: (right) => `Sec-WebSocket-Accept: ${right.slice(0, -1)}` },
      "with an extra character": { accept: (right) => `Sec-WebSocket-Accept: ${right}=` },
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
    "that are malformed are rejected",
    responses({
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
    "of more than 64 KiB are rejected",
    responses({
      "one of 64 KiB": { more: [`X: ${"x".repeat(65_536)}`] },
      "one of 16 MiB": { more: [`X: ${"x".repeat(16_777_216)}`] },
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
    "of less than 64 KiB are accepted, even if they are many or unusual",
    responses({
      "one of 63 KiB": { more: [`X: ${"x".repeat(64_512)}`] },
      "2,500 of them": { more: many },
      "2,500 before the required ones": { status: ["HTTP/1.1 101 X", ...many].join("\r\n") },
      "Latin-1 in a value": { more: ["X: \xe4"] },
      "an empty value": { more: ["X:"] },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "are checked even after 2,500 others",
    responses({
      "an extension": { more: [...many, "Sec-WebSocket-Extensions: x"] },
      "a subprotocol": { more: [...many, "Sec-WebSocket-Protocol: x"] },
    }),
    { expected: REFUSED },
  );
});
