import { startDeadline } from "./deadline.js";
import type { Deadline } from "./deadline.js";

/** What a keep-alive asks of its connection. */
export interface KeepAliveHost {
  /** Whether the peer has shown life since this was last asked, or owes none at present. */
  readonly alive: () => boolean;
  /** Asks the peer for a sign of life; calls `answered` when it comes. Returns what gives it up. */
  readonly ask: (answered: () => void) => () => void;
  /** Settles when what was asked has left; rejects if the connection ended first. */
  readonly flushed: () => Promise<void>;
  /** The peer is dead. */
  readonly expire: () => void;
}

/** A running keep-alive. */
export interface KeepAlive extends Deadline {
  /** Asks at once, unless a question is out. */
  askNow(): void;
}

/**
 * Asks for a sign of life after each `interval` of silence, and expires if none comes within `timeout`
 * of the question's leaving. `touch` ends a question that is out, and the silence with it.
 */
export function startKeepAlive(interval: number, timeout: number, host: KeepAliveHost): KeepAlive {
  let phase: Deadline | undefined;
  const rest = (): void => {
    phase?.stop();
    // However late it is noticed: a question hurts nobody, and after a sleep it is due at once.
    phase = startDeadline(interval, question, host.alive, Infinity);
  };
  const question = (): void => {
    let heard = false;
    let hasLeft = false;
    let giveUp = (): void => {};
    // Looked at all the time, but judged at the end, lest what comes by chance hides the round trip.
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
