import type { Client } from "../connection/client.js";
import type { Connection } from "../connection/connection.js";
import { NORMAL } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";
import type { Delivery } from "./delivery.js";
import { discard } from "./establish.js";

/** The shortest and the longest silence after which a connection without pings counts as empty. */
const MIN_SILENCE_MS = 100;
const MAX_SILENCE_MS = 1_000;

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
 * - Sends wait while the server may not have read what was sent before: until a pong, or, without ping frames,
 *   until the old connection has ended.
 * - The messages of the successor wait in its own inbox until the old connection has ended.
 *
 * In Node the old connection delivers what arrives until the server's close frame. A browser discards messages
 * after its own close frame, so that is sent only after a silence of `dialMs`, the time that the dial took, which
 * includes several round trips.
 *
 * Resolves with false, and moves nothing, if the successor does not work, or `signal` aborts.
 */
export async function handOver(
  old: Client,
  successor: Client,
  dialMs: number,
  host: HandOverHost,
): Promise<boolean> {
  const { delivery, signal } = host;
  const connection = old.internals;
  delivery.hold();
  // The successor must work, too: a server may refuse a client only after the opening handshake.
  const [isAlive, works] = await Promise.all([
    isFlushed(connection).then((isDone) => isDone && isRead(old, dialMs)),
    isRead(successor, dialMs),
  ]);
  if (!works && old.state === "open") {
    attach(delivery, old);
    void discard(successor);
    return false;
  }
  if (!isAlive) old.terminate();
  else if (!old.canPing) await old.close(NORMAL);
  if (signal.aborted) return false;
  const isClean = old.state === "open" || (await old.closed).clean;
  delivery.settle(isClean, true);
  host.adopt(successor);
  attach(delivery, successor);
  connection.retire();
  const { code, error } = await old.closed;
  // A message that could not be delivered is lost, so the client must report the error and connect again.
  if (isAlive && error && connection.closeRequest) successor.internals.fail(code, error);
  return true;
}

/** Sends the messages of a client over a connection. */
export function attach(delivery: Delivery, client: Client): void {
  delivery.attach({
    offer: (payload) => client.internals.offer(payload),
    flush: () => client.flush(),
  });
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
 * Resolves with true once the server has read everything that was flushed; without ping frames, once nothing has
 * arrived for a while. Resolves with false if the server shows no life for `closeTimeout`, or the connection ends.
 */
async function isRead(client: Client, dialMs: number): Promise<boolean> {
  const { receiving, transport, options } = client.internals;
  const { closeTimeout } = options;
  const arrived = (): number | undefined => transport.received;
  if (!client.canPing) {
    await silence(client, Math.min(Math.max(dialMs, MIN_SILENCE_MS), MAX_SILENCE_MS));
    return client.state === "open";
  }
  const before = arrived();
  try {
    await client.ping({ timeout: closeTimeout });
    return true;
  } catch {
    // The pong may be behind messages that the consumer has not read. They must not be lost.
    const isBusy = receiving.inbox.pressure > 0 || before !== arrived();
    return client.state === "open" && isBusy;
  }
}

/** Resolves when no message has arrived for `silenceMs`, after `closeTimeout`, or when the connection ends. */
function silence({ internals, closed }: Client, silenceMs: number): Promise<void> {
  const { receiving, options } = internals;
  const end = now() + options.closeTimeout;
  let count: number;
  let deadline: Deadline;
  return new Promise<void>((resolve) => {
    const hasArrived = (): boolean => count !== (count = receiving.messages) && now() < end;
    deadline = startDeadline(silenceMs, resolve, hasArrived);
    void closed.then(() => resolve());
  }).finally(() => deadline.stop());
}
