import { Channel } from "../channel/channel.js";
import type { ReceiveChannel } from "../channel/channel.js";
import { onAbort } from "../time/abort.js";
import { waitFor } from "../time/wait.js";
import { callbackError } from "./errors.js";
import type { PauseTimer } from "./pause-timer.js";

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
 * Sleeps for `delayMs`, or until the signal aborts or a value arrives on `wakeups`. Resolves with true if
 * a value has arrived.
 */
export async function sleep(
  delayMs: number,
  signal: AbortSignal,
  timer: PauseTimer,
  wakeups: ReceiveChannel<unknown> = new Channel(),
): Promise<boolean> {
  if (delayMs === 0) return false;
  const controller = new AbortController();
  const wake = (): void => controller.abort();
  const stopTimer = timer.start(delayMs, wake);
  const stopListening = onAbort(signal, wake);
  if (signal.aborted) wake();
  const isWoken = await wakeups.receive({ signal: controller.signal }).then(
    () => true,
    () => false,
  );
  stopTimer();
  stopListening();
  return isWoken;
}
