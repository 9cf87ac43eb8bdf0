import { describe } from "vitest";
import { testAttacks } from "../helpers/adversary.js";
import type { Attack } from "../helpers/adversary.js";
import {
  binaryFrame,
  closeFrame,
  frame,
  OPCODE,
  pingFrame,
  pongFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { keepHalfOpen } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { broken, closedByServer, LOST } from "../helpers/verdict.js";
import { sleep } from "../transport/support.js";

checkLeaks();

/** Returns the codes from `from` to `to`, both included. */
function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

function closes(codes: readonly number[]): Attack[] {
  return codes.map((code) => ({ name: String(code), send: closeFrame(code, "why") }));
}

describe("a close frame", () => {
  testAttacks(
    "with a payload of one byte ends the connection with 1002",
    [0, 3, 255].map((byte) => ({
      name: String(byte),
      send: frame({ opcode: OPCODE.CLOSE, payload: Uint8Array.of(byte) }),
    })),
    { expected: broken() },
  );

  testAttacks(
    "with an invalid or reserved code ends the connection with 1002",
    closes([
      ...range(0, 999),
      1004,
      1005,
      1006,
      1015,
      ...range(1016, 1100),
      ...[1999, 2000, 2500, 2998, 2999],
      ...[5000, 5001, 9999, 32_767, 32_768, 65_534, 65_535],
    ]),
    { expected: broken() },
  );

  testAttacks(
    "with an error code is answered with the same code and reported as CLOSED_BY_PEER",
    [1002, 1003, ...range(1007, 1014), ...range(3000, 3010), ...[3999, 4000, 4001, 4998, 4999]].map(
      (code) => ({ name: String(code), send: closeFrame(code, "why"), message: "why", code }),
    ),
    {
      expected:
        "received: before; closed by the peer with the code and the reason (clean), CLOSED_BY_PEER; wire: close with the code",
    },
  );

  testAttacks(
    "with 1000 or 1001 is answered with the same code and reported without an error",
    [1000, 1001].map((code) => ({
      name: String(code),
      send: closeFrame(code, "why"),
      message: "why",
      code,
    })),
    {
      expected:
        "received: before; closed by the peer with the code and the reason (clean), no error; wire: close with the code",
    },
  );

  testAttacks("without a code is reported as 1005", [{ name: "empty", send: closeFrame() }], {
    expected: closedByServer("before", 1005, "close without a code"),
  });

  testAttacks(
    "with a reason of 123 bytes is accepted",
    ["x".repeat(123), "€".repeat(41), "😀".repeat(30) + "abc", "\0".repeat(123)].map((message) => ({
      name: `${message.length} characters`,
      send: closeFrame(1000, message),
      message,
    })),
    {
      expected:
        "received: before; closed by the peer with 1000 and the reason (clean), no error; wire: close with 1000",
    },
  );

  testAttacks(
    "between the fragments of a message discards that message",
    [
      {
        name: "in fragments",
        send: Buffer.concat([
          frame({ opcode: OPCODE.TEXT, fin: false, payload: "a" }),
          closeFrame(1000),
        ]),
      },
    ],
    { expected: closedByServer("before") },
  );
});

describe("data after a close frame", () => {
  const rest: Readonly<Record<string, Uint8Array>> = {
    "a text": textFrame("late"),
    "a binary message": binaryFrame(new Uint8Array(70_000)),
    "a ping": pingFrame("x"),
    "a thousand pings": Buffer.concat(Array.from({ length: 1_000 }, () => pingFrame("x"))),
    "a pong": pongFrame("x"),
    "the same again": closeFrame(1001),
    "another close frame": closeFrame(1011, "why"),
    "an illegal close frame": closeFrame(999),
    "a reserved opcode": frame({ opcode: 3 }),
    "half a frame": Uint8Array.of(0x81, 126, 1),
    "bytes that are no frame": Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };
  testAttacks(
    "is ignored if it arrives together with the close frame",
    Object.entries(rest).map(([name, bytes]) => ({
      name,
      send: Buffer.concat([closeFrame(1001), bytes]),
    })),
    { expected: closedByServer("before", 1001) },
  );

  testAttacks(
    "is ignored if it arrives later than the close frame",
    Object.entries(rest).map(([name, bytes]) => ({
      name,
      send: async (peer) => {
        peer.write(textFrame("before"), closeFrame(1001));
        await peer.closeFrame();
        peer.write(bytes);
      },
    })),
    { expected: closedByServer("before", 1001) },
  );

  testAttacks(
    "does not keep the connection open if it never ends",
    [
      {
        name: "texts",
        send: async (peer) => {
          keepHalfOpen(peer);
          peer.write(textFrame("before"), closeFrame(1001));
          while (!peer.socket.destroyed) {
            peer.write(binaryFrame(new Uint8Array(1_000)));
            await sleep(1);
          }
        },
        options: { closeTimeout: ms(300) },
      },
    ],
    { expected: closedByServer("before", 1001) },
  );
});

describe("the end of the TCP connection", () => {
  testAttacks(
    "without a close frame is reported as CONNECTION_LOST",
    [
      {
        name: "after a message",
        send: (peer) => {
          peer.write(textFrame("before"));
          peer.socket.end();
        },
      },
      {
        name: "between fragments",
        send: (peer) => {
          peer.write(textFrame("before"), frame({ opcode: OPCODE.TEXT, fin: false, payload: "a" }));
          peer.socket.end();
        },
      },
    ],
    { expected: LOST },
  );
});
