import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";

/** The connection that a keep-alive serves. */
export interface KeepAliveHost {
  /** Returns true if something has arrived since the last call, or if silence is not the peer's fault now. */
  readonly alive: () => boolean;
  /** Returns true if something was sent since the last call, or if nothing has to be sent now. */
  readonly sent: () => boolean;
  /** Asks the peer for a sign of life; calls `answered` when it comes. Returns what cancels that. */
  readonly ask: (answered: () => void) => () => void;
  /** Settles when the question has left; rejects if the connection ended first. */
  readonly flushed: () => Promise<void>;
  /** Called when the peer is dead. */
  readonly expire: () => void;
}

/** A running keep-alive. */
export interface KeepAlive extends Deadline {
  /** Asks at once, unless a question is out. */
  askNow(): void;
}

/**
 * Asks for a sign of life when nothing has arrived, or nothing was sent, for `interval` milliseconds:
 * some servers take a client that sends nothing for dead. Expires if nothing arrives within `timeout` of
 * the question's leaving. `touch` notes that something has arrived, and cancels a question.
 */
export function startKeepAlive(interval: number, timeout: number, host: KeepAliveHost): KeepAlive {
  let phase: Deadline | undefined;
  const rest = (): void => {
    phase?.stop();
    // Due however late it is noticed: a question does no harm, and after a sleep it is due at once.
    const incoming = startDeadline(interval, question, host.alive, Infinity);
    const outgoing = startDeadline(interval, question, host.sent, Infinity);
    phase = {
      touch: () => incoming.touch(),
      stop() {
        incoming.stop();
        outgoing.stop();
      },
    };
  };
  const question = (): void => {
    phase?.stop();
    let heard = false;
    let hasLeft = false;
    let giveUp = (): void => {};
    // Checked all the time, but judged at the end, so that the answer comes in and its round trip is known.
    const wait = startDeadline(
      timeout,
      () => (heard ? rest() : host.expire()),
      () => {
        heard = host.alive() || heard;
        return !hasLeft;
      },
    );
    phase = {
      touch: rest,
      stop() {
        wait.stop();
        giveUp();
      },
    };
    // Last: it may fail, and end the connection.
    giveUp = host.ask(rest);
    host.flushed().then(
      () => {
        hasLeft = true;
        wait.touch();
      },
      () => {},
    );
  };
  rest();
  return {
    askNow() {
      // `touch` of a question that is out is `rest`.
      if (phase && phase.touch !== rest) {
        phase.stop();
        question();
      }
    },
    touch: () => phase?.touch(),
    stop() {
      phase?.stop();
      // Touched later, it must not begin again.
      phase = undefined;
    },
  };
}
