import type { Client } from "../connection/client.js";
import type { Connection } from "../connection/connection.js";
import { MAX_CLOSE_PERIODS } from "../connection/liveness.js";
import type { Message } from "../protocol/message.js";
import { now, startTimer } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import type { Delivery } from "./delivery.js";
import { discard } from "./establish.js";

/** The shortest and the longest silence after which a connection without pings counts as empty. */
const MIN_SILENCE_MS = 250;
const MAX_SILENCE_MS = 1_000;

/** The number of checks in a row that a silence lasts. */
const SILENT_CHECKS = 5;

/** The parts of a reconnecting client that a hand-over uses. */
export interface HandOverHost {
  readonly delivery: Delivery;
  /** Aborts when neither connection is needed any more. */
  readonly signal: AbortSignal;
  /** Makes the successor the connection that is used. */
  adopt(successor: Client): void;
}

/**
 * Moves all traffic from an open connection to its successor. No message is lost or delivered twice, and the order
 * of each direction is kept:
 *
 * - Sends wait until the server has read what was sent before: until a pong, or, without ping frames, until the old
 *   connection has ended. If the server keeps sending for `closeTimeout` before that, they wait no longer, because
 *   what was sent before was flushed as long ago.
 * - The messages of the successor wait in its own inbox until the old connection has ended.
 *
 * In Node the old connection delivers what arrives until the server's close frame. A browser discards messages
 * after its own close frame, so that is sent only after a silence of `dialMs`, the time that the dial took, which
 * includes several round trips.
 *
 * Resolves with false, and moves nothing, if the successor does not work, if the server sends but reads nothing for
 * `closeTimeout`, or if `signal` aborts.
 */
export async function handOver(
  old: Client,
  successor: Client,
  dialMs: number,
  host: HandOverHost,
): Promise<boolean> {
  const { delivery, signal } = host;
  const connection = old.internals;
  const silenceMs = Math.min(Math.max(dialMs, MIN_SILENCE_MS), MAX_SILENCE_MS);
  const { received } = connection.transport;
  delivery.hold();
  // The successor must work, too: a server may refuse a client only after the opening handshake.
  const [answer, works = successor.state === "open"] = await Promise.all([
    isFlushed(connection).then((isDone) => (isDone ? settled(old, silenceMs) : undefined)),
    successor.canPing ? hasAnswered(successor) : undefined,
  ]);
  // A server whose own writes block may read nothing for a while. Its connection must not be given up.
  const isStalled =
    !answer &&
    (connection.receiving.inbox.pressure > 0 || received !== connection.transport.received);
  if ((!works || isStalled) && old.state === "open") {
    delivery.attach(old);
    void discard(successor);
    return false;
  }
  if (!answer) old.terminate();
  else if (answer === "silent") await old.close();
  if (signal.aborted) return false;
  const isClean = old.state === "open" || (await old.closed).clean;
  delivery.settle(isClean, true);
  host.adopt(successor);
  delivery.attach(successor);
  if (old.canPing) connection.retire();
  else {
    await silence(old, silenceMs, MAX_CLOSE_PERIODS * connection.options.closeTimeout);
    void old.close();
  }
  const { code, error, by } = await old.closed;
  // A message that could not be delivered is lost, so the client must report the error and connect again.
  if (error && by === "local") successor.internals.fail(code, error);
  return true;
}

/** Resolves with true once everything that was sent is flushed; with false if no byte leaves for `closeTimeout`. */
function isFlushed({ sending, transport, options }: Connection<Message>): Promise<boolean> {
  let last: unknown;
  return new Promise((resolve) => {
    const deadline = startDeadline(
      options.closeTimeout,
      () => resolve(false),
      () => last !== (last = transport.progress),
    );
    const end = (isDone: boolean) => (): void => {
      deadline.stop();
      resolve(isDone);
    };
    sending.flushed("reconnect").then(end(true), end(false));
  });
}

/**
 * Waits until the server has read everything that was flushed: for its pong, or, without ping frames, for a silence.
 *
 * Resolves with `"silent"` after a silence, and with `"busy"` after a pong, or if the server keeps sending for
 * `closeTimeout`. Resolves with `undefined` if it shows no life for `closeTimeout`, or the connection ends.
 */
async function settled(client: Client, silenceMs: number): Promise<"silent" | "busy" | undefined> {
  if (client.canPing) return (await hasAnswered(client)) ? "busy" : undefined;
  const isSilent = await silence(client, silenceMs, client.internals.options.closeTimeout);
  return client.state === "open" ? (isSilent ? "silent" : "busy") : undefined;
}

/** Pings. Resolves with true if the server has answered, or has sent other data for `closeTimeout`. */
async function hasAnswered(client: Client): Promise<boolean> {
  const { receiving, transport, options } = client.internals;
  const { received } = transport;
  const isAnswered = await client.ping({ timeout: options.closeTimeout }).then(
    () => true,
    // The pong may be behind messages that the consumer has not read. They must not be lost.
    () => receiving.inbox.pressure > 0 || received !== transport.received,
  );
  return isAnswered && client.state === "open";
}

/**
 * Resolves with true when no message has arrived for `silenceMs`, and with false after `timeoutMs` or when the
 * connection ends. A page that was busy or frozen processes its messages late. So the silence is that of several
 * checks in a row, between which the event loop delivers what has arrived.
 */
function silence(client: Client, silenceMs: number, timeoutMs: number): Promise<boolean> {
  const { receiving } = client.internals;
  const end = now() + timeoutMs;
  let count = receiving.messages;
  let quietChecks = 0;
  return new Promise((resolve) => {
    const check = (): void => {
      quietChecks = count === (count = receiving.messages) ? quietChecks + 1 : 0;
      if (client.state === "closed" || now() >= end) resolve(false);
      else if (quietChecks === SILENT_CHECKS) resolve(true);
      else startTimer(silenceMs / SILENT_CHECKS, check);
    };
    check();
  });
}
