import { describe, test } from "vitest";
import { connect, select } from "../../src/node.js";
import type { Client, Message } from "../../src/node.js";
import { byName } from "../helpers/by-name.js";
import { closeFrame, closeOf, frame, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { startRawServer } from "../helpers/raw-server.js";
import { tally } from "../faults/support.js";

checkLeaks();

/** The ways to receive. Each echoes the messages. */
const CONSUMERS: readonly { readonly name: string; readonly run: (client: Client) => unknown }[] = [
  {
    name: "for await",
    async run(client) {
      for await (const message of client) answer(client, message);
    },
  },
  {
    name: "receive",
    async run(client) {
      for (let next = await client.receive(); next.ok; next = await client.receive()) {
        answer(client, next.value);
      }
    },
  },
  {
    name: "select",
    async run(client) {
      const next = () => select([client.channel().caseReceive()]);
      for (let result = await next(); result.ok; result = await next()) {
        answer(client, result.value);
      }
    },
  },
];

function answer(client: Client, { data }: Message): void {
  void client.send(data);
}

const first = textFrame("first");
const start = frame({ opcode: OPCODE.TEXT, fin: false, payload: "fi" });
const end = frame({ opcode: OPCODE.CONTINUATION, payload: "rst" });
const ping = pingFrame("late");

/** Each name starts with the number of the Autobahn case that sends the same bytes. */
const ROWS: readonly { readonly name: string; readonly bytes: Buffer; readonly code: number }[] = [
  ...[1, 2, 3].map((set) => ({
    name: `3.${set + 1} reserved bits`,
    bytes: Buffer.concat([
      first,
      frame({ opcode: OPCODE.TEXT, payload: "x", rsv2: set !== 2, rsv3: set !== 1 }),
      ping,
    ]),
    code: 1002,
  })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => ({
    name: `4.${opcode < 8 ? 1 : 2} opcode ${opcode}`,
    bytes: Buffer.concat([first, frame({ opcode, payload: opcode % 2 ? "x" : "" }), ping]),
    code: 1002,
  })),
  {
    name: "5.15 a continuation frame without a message",
    bytes: Buffer.concat([
      start,
      end,
      frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: "x" }),
      textFrame("late"),
    ]),
    code: 1002,
  },
  {
    name: "6.4 invalid UTF-8",
    bytes: Buffer.concat([first, textFrame(Buffer.of(0xff))]),
    code: 1007,
  },
  {
    name: "7.1.6 a close frame",
    bytes: Buffer.concat([first, closeFrame(1000, "bye"), ping]),
    code: 1000,
  },
  {
    name: "7.9 an invalid close code",
    bytes: Buffer.concat([first, closeFrame(999), ping]),
    code: 1002,
  },
];

describe.each(byName(CONSUMERS))("the replies of a consumer that uses %s", (_, consumer) => {
  test("are sent before the client's close frame if the server ends the connection or breaks the protocol", async (context) => {
    await using server = await startRawServer();
    const results: string[] = [];
    for (const { name, bytes, code } of ROWS) {
      for (const size of [bytes.length, 1]) {
        const client = await connect(server.url);
        const peer = await server.connection(server.connections.length - 1);
        void Promise.resolve(consumer.run(client)).catch(() => {});
        for (let at = 0; at < bytes.length; at += size) {
          peer.write(bytes.subarray(at, at + size));
          if (size === 1) await new Promise((resolve) => setImmediate(resolve));
        }
        const closeCode = closeOf(await peer.closeFrame()).code;
        peer.socket.end();
        await client.closed;
        await peer.closed;
        const texts = peer.frames.map(({ opcode, payload }) =>
          opcode === OPCODE.CLOSE ? "close frame" : payload.toString(),
        );
        const isRight = closeCode === code;
        results.push(
          `sent: ${texts.join(", ")}${isRight ? "" : ` with ${closeCode} after ${name}`}`,
        );
      }
    }
    conclude(context, {
      cases: results.length,
      expected: "sent: first, close frame",
      happened: tally(results),
    });
  });
});

describe("a text message that is not UTF-8", () => {
  const good = Buffer.from("\u03ba\u1f79\u03c3\u03bc\u03b5");
  const bad = Buffer.from("f4908080", "hex");
  const rest = Buffer.from("edited");
  const whole = Buffer.concat([good, bad, rest]);
  /** The beginning of each text, up to its first invalid byte. The rest never arrives. */
  const STARTS: Readonly<Record<string, Buffer>> = {
    "6.4.1 in the second of three fragments": Buffer.concat([
      frame({ opcode: OPCODE.TEXT, fin: false, payload: good }),
      frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: bad }),
    ]),
    "6.4.2 at the end of the second fragment": Buffer.concat([
      frame({
        opcode: OPCODE.TEXT,
        fin: false,
        payload: Buffer.concat([good, bad.subarray(0, 1)]),
      }),
      frame({ opcode: OPCODE.CONTINUATION, fin: false, payload: bad.subarray(1, 2) }),
    ]),
    "6.4.3 within a frame": frame({ opcode: OPCODE.TEXT, payload: whole }).subarray(0, 2 + 15),
    "6.4.4 up to the first invalid byte": frame({ opcode: OPCODE.TEXT, payload: whole }).subarray(
      0,
      2 + 13,
    ),
  };

  test("ends the connection as soon as its first invalid byte has arrived", async (context) => {
    await using server = await startRawServer();
    const results: string[] = [];
    for (const bytes of Object.values(STARTS)) {
      for (const size of [bytes.length, 1]) {
        const client = await connect(server.url);
        const peer = await server.connection(server.connections.length - 1);
        for (let at = 0; at < bytes.length; at += size) {
          peer.write(bytes.subarray(at, at + size));
          if (size === 1) await new Promise((resolve) => setImmediate(resolve));
        }
        const { code } = closeOf(await peer.closeFrame());
        peer.socket.end();
        const { error } = await client.closed;
        await peer.closed;
        results.push(`wire: close with ${code}; ${error?.code}`);
      }
    }
    conclude(context, {
      cases: results.length,
      expected: "wire: close with 1007; PROTOCOL_ERROR",
      happened: tally(results),
    });
  });
});
