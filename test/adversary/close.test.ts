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
import { broken, LOST } from "../helpers/verdict.js";
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
    "of one byte",
    [0, 3, 255].map((byte) => ({
      name: String(byte),
      send: frame({ opcode: OPCODE.CLOSE, payload: Uint8Array.of(byte) }),
    })),
    { expected: broken() },
  );

  testAttacks(
    "with a code that may not travel",
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
    "with a code that is a failure",
    [1002, 1003, ...range(1007, 1014), ...range(3000, 3010), ...[3999, 4000, 4001, 4998, 4999]].map(
      (code) => ({ name: String(code), send: closeFrame(code, "why"), message: "why", code }),
    ),
    {
      expected: "reads before; CLOSED_BY_PEER, its code it by peer, clean; wire: close its code",
    },
  );

  testAttacks(
    "with a code that is a normal end",
    [1000, 1001].map((code) => ({
      name: String(code),
      send: closeFrame(code, "why"),
      message: "why",
      code,
    })),
    { expected: "reads before; no error, its code it by peer, clean; wire: close its code" },
  );

  testAttacks("without a code", [{ name: "empty", send: closeFrame() }], {
    expected: "reads before; no error, 1005 by peer, clean; wire: close 1005",
  });

  testAttacks(
    "with a reason as long as there is room for",
    ["x".repeat(123), "€".repeat(41), "😀".repeat(30) + "abc", "\0".repeat(123)].map((message) => ({
      name: `${message.length} characters`,
      send: closeFrame(1000, message),
      message,
    })),
    { expected: "reads before; no error, 1000 it by peer, clean; wire: close 1000" },
  );

  testAttacks(
    "amid a message that is cut off by it",
    [
      {
        name: "in fragments",
        send: Buffer.concat([
          frame({ opcode: OPCODE.TEXT, fin: false, payload: "a" }),
          closeFrame(1000),
        ]),
      },
    ],
    { expected: "reads before; no error, 1000 by peer, clean; wire: close 1000" },
  );
});

describe("behind a close frame", () => {
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
    "what is no frame": Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
  };
  testAttacks(
    "nothing counts",
    Object.entries(rest).map(([name, bytes]) => ({
      name,
      send: Buffer.concat([closeFrame(1001), bytes]),
    })),
    { expected: "reads before; no error, 1001 by peer, clean; wire: close 1001" },
  );

  testAttacks(
    "nothing counts, in a write of its own",
    Object.entries(rest).map(([name, bytes]) => ({
      name,
      send: async (peer) => {
        peer.write(textFrame("before"), closeFrame(1001));
        await peer.closeFrame();
        peer.write(bytes);
      },
    })),
    { expected: "reads before; no error, 1001 by peer, clean; wire: close 1001" },
  );

  testAttacks(
    "a stream without end does not keep the connection open",
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
    { expected: "reads before; no error, 1001 by peer, clean; wire: close 1001" },
  );
});

describe("no close frame", () => {
  testAttacks(
    "but an end",
    [
      {
        name: "behind a message",
        send: (peer) => {
          peer.write(textFrame("before"));
          peer.socket.end();
        },
      },
      {
        name: "amid fragments",
        send: (peer) => {
          peer.write(textFrame("before"), frame({ opcode: OPCODE.TEXT, fin: false, payload: "a" }));
          peer.socket.end();
        },
      },
    ],
    { expected: LOST },
  );
});
