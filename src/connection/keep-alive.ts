import { startDeadline } from "../time/deadline.js";
import type { Deadline } from "../time/deadline.js";

/** The connection that a keep-alive monitors. */
export interface KeepAliveHost {
  /** Returns true if the peer has shown life since the last call, or if reading is paused on this side. */
  readonly isAlive: () => boolean;
  /** Returns true if something was sent since the last call, or if reading is paused on this side. */
  readonly hasSent: () => boolean;
  /** Sends a ping and calls `onAnswer` when it is answered. Returns a function that cancels the call. */
  readonly ping: (onAnswer: () => void) => () => void;
  /** Settles when the ping is flushed; rejects if the connection ends first. */
  readonly flushed: () => Promise<void>;
  /** False if the keep-alive does not keep a Node process alive. */
  readonly keepsAlive: boolean;
  /** Called when the peer is dead. */
  readonly expire: () => void;
}

/** A running keep-alive. `touch` restarts the wait for silence, and cancels an outstanding ping. */
export interface KeepAlive extends Deadline {
  /** Pings at once, unless a ping is outstanding. */
  pingNow(): void;
}

/**
 * Pings the peer when nothing was received, or nothing was sent, for `interval` milliseconds. Silence of this
 * side counts because some servers disconnect clients that send nothing. Expires if nothing is received for
 * `timeout` milliseconds after the ping was flushed.
 */
export function startKeepAlive(interval: number, timeout: number, host: KeepAliveHost): KeepAlive {
  const { keepsAlive } = host;
  let phase: Deadline | undefined;
  const awaitSilence = (): void => {
    phase?.stop();
    // `Infinity`: a deadline that is noticed late, as after a suspend, expires at once. A ping does no harm.
    const incoming = startDeadline(interval, ping, host.isAlive, Infinity, keepsAlive);
    const outgoing = startDeadline(interval, ping, host.hasSent, Infinity, keepsAlive);
    phase = {
      touch: () => incoming.touch(),
      stop() {
        incoming.stop();
        outgoing.stop();
      },
    };
  };
  const ping = (): void => {
    phase?.stop();
    let hasReceived = false;
    let isFlushed = false;
    let cancelPing = (): void => {};
    // Data other than the answer must not end the wait early, because the answer gives the round trip.
    const wait = startDeadline(
      timeout,
      () => (hasReceived ? awaitSilence() : host.expire()),
      () => {
        hasReceived = host.isAlive() || hasReceived;
        return !isFlushed;
      },
      undefined,
      keepsAlive,
    );
    phase = {
      touch: awaitSilence,
      stop() {
        wait.stop();
        cancelPing();
      },
    };
    // Last, because it may fail and end the connection, which stops this phase.
    cancelPing = host.ping(awaitSilence);
    host.flushed().then(
      () => {
        isFlushed = true;
        wait.touch();
      },
      () => {},
    );
  };
  awaitSilence();
  return {
    pingNow() {
      // While a ping is outstanding, `touch` of the phase is `awaitSilence`.
      if (phase && phase.touch !== awaitSilence) {
        phase.stop();
        ping();
      }
    },
    touch: () => phase?.touch(),
    stop() {
      phase?.stop();
      // A later `touch` must not start it again.
      phase = undefined;
    },
  };
}
