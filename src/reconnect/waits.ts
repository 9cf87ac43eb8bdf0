import { Channel } from "../channel/channel.js";
import type { ReceiveChannel } from "../channel/channel.js";
import { waitFor } from "../time/wait.js";
import { callbackError } from "./errors.js";

/**
 * Runs callbacks of the application for at most `timeoutMs`, or until the signal aborts. Error messages
 * begin with `name`.
 *
 * Rejects with `DIAL_TIMEOUT` or `ABORTED`, or with `DIAL_FAILED` if `run` throws or rejects with anything
 * but a `WsError`.
 */
export async function runCallback<T>(
  name: string,
  timeoutMs: number,
  signal: AbortSignal,
  run: () => T | Promise<T>,
): Promise<T> {
  const wait = { timeout: timeoutMs, signal };
  // An object, because a wait fails with a result that is an error.
  const { value } = await waitFor<{ readonly value: T }>(name, "DIAL_TIMEOUT", wait, {
    park(done) {
      const call = async (): Promise<{ value: T }> => ({ value: await run() });
      call().then(done, (cause: unknown) => done(callbackError(name, cause)));
      return () => {};
    },
  });
  return value;
}

/**
 * Sleeps for `delayMs` (`undefined`: for ever), or until the signal aborts or a value arrives on `wakeups`.
 * Resolves with true if a value has arrived.
 */
export function sleep(
  delayMs: number | undefined,
  signal: AbortSignal,
  wakeups: ReceiveChannel<unknown> = new Channel(),
): Promise<boolean> {
  return wakeups.receive({ timeout: delayMs, signal }).then(
    () => true,
    () => false,
  );
}
