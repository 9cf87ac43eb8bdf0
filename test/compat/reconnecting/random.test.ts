// Random calls against a server that behaves at random. Each run is repeated by its seed.
import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, expect, vi } from "vitest";
import { OPCODE } from "../../helpers/frames.js";
import { Random } from "../../helpers/unit-random.js";
import type { RawConnection } from "../../helpers/raw-server.js";
import { checkTraces, EventLog, rawServer } from "./support.js";
import { promise } from "./subjects.js";
import type { Socket } from "./subjects.js";

checkTraces();

// `partysocket` warns of messages that are sent after `close()`.
beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());

const RUNS = 15;
const STEPS = 25;

/** Answers a close frame, as a server should. */
function answerClose(connection: RawConnection): void {
  connection.onFrame = ({ opcode, payload }) => {
    if (opcode !== OPCODE.CLOSE) return;
    connection.write(Buffer.concat([Uint8Array.of(0x88, payload.length), payload]));
    connection.socket.end();
  };
}

/** Answers a request at random: accepts it, refuses it, cuts it, or leaves it without an answer. */
function answer(connection: RawConnection, random: Random): void {
  const { socket } = connection;
  const kind = random.below(10);
  if (kind === 0) connection.refuse("503 Later", { Connection: "close" });
  else if (kind === 1) socket.destroy();
  else if (kind === 2) return;
  else connection.accept({}, kind === 3 ? Uint8Array.of(0x81, 1, 0x61) : undefined);
  if (kind === 4) socket.end();
  if (kind === 5) connection.reset();
  if (kind === 6) setTimeout(() => socket.destroy(), random.below(5));
  if (kind === 7) connection.write(Uint8Array.of(0xff, 0xff));
}

/** Calls a member at random. */
function act(socket: Socket, random: Random): void {
  const kind = random.below(10);
  if (kind < 4) socket.send(random.chance(0.5) ? "text" : Uint8Array.of(1, 2, 3));
  else if (kind === 4) socket.close(3000 + random.below(1000), "reason");
  else if (kind < 7) socket.reconnect();
  else if (kind === 7) socket.reconnect(4000, "reason");
  else if (kind === 8) socket.binaryType = random.pick(["blob", "arraybuffer"]);
}

promise(
  "opens and closes in turn, and can always be revived and ended",
  async ({ make }) => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const random = new Random(seed);
      let isCalm = false;
      const server = await rawServer({
        onRequest: (connection) => {
          answerClose(connection);
          if (isCalm) connection.accept();
          else answer(connection, random);
        },
      });
      const socket = make(async () => {
        if (!isCalm && random.chance(0.1)) throw new Error("no token");
        return server.url;
      });
      const events = new EventLog(socket);
      for (const type of ["open", "message", "error", "close"] as const) {
        socket.addEventListener(type, () => {
          if (!isCalm && random.chance(0.1)) act(socket, random);
        });
      }
      for (let step = 0; step < STEPS; step++) {
        act(socket, random);
        const { retryCount, bufferedAmount, readyState } = socket;
        expect(retryCount).toBeGreaterThanOrEqual(0);
        expect(bufferedAmount).toBeGreaterThanOrEqual(0);
        expect([0, 1, 2, 3]).toContain(readyState);
        if (random.chance(0.6)) await wait(random.below(6));
      }
      isCalm = true;
      socket.reconnect();
      await events.next("open", events.of("open").length);
      const closes = events.of("close").length;
      socket.close();
      await events.next("close", closes);
      const { length } = events.all;
      await wait(20);
      expect(events.all.slice(length)).toEqual([]);
      expect(socket.readyState, `seed ${seed}`).toBe(socket.CLOSED);
      const turns = events.types.filter((type) => type !== "error").join(" ");
      expect(turns, `seed ${seed}`).not.toMatch(/open (message )*open/);
      expect(turns, `seed ${seed}`).not.toMatch(/close (message )+/);
    }
  },
  { "reconnecting-websocket": { untested: "stays dead after close() in a pause" } },
);
