import { platformTurn } from "../time/clock.js";

type Schedule = (run: () => void) => void;

interface Platform {
  readonly setImmediate?: unknown;
  readonly document?: unknown;
  readonly MessageChannel?: typeof MessageChannel;
  readonly process?: {
    getBuiltinModule?(name: "timers"): { readonly setImmediate: Schedule } | undefined;
  };
}

/**
 * Returns the fastest way to a later turn of the event loop. Without `setImmediate` the core uses `setTimeout`, which
 * browsers delay by 4 ms when calls are nested, and a clock waits for several turns at each timer.
 */
export function fastTurn(): Schedule {
  const { setImmediate, MessageChannel, process, document } = globalThis as Platform;
  if (setImmediate) return platformTurn;
  // Jest's jsdom hides `setImmediate` and has no `MessageChannel`, but it runs in Node.
  const timers = process?.getBuiltinModule?.("timers");
  if (timers) return timers.setImmediate;
  // workerd has no clamp of timers, and delivers messages before its other work is done.
  return document && MessageChannel ? byMessage(new MessageChannel()) : platformTurn;
}

function byMessage({ port1, port2 }: MessageChannel): Schedule {
  const pending: (() => void)[] = [];
  port1.onmessage = () => pending.shift()?.();
  return (run) => {
    pending.push(run);
    port2.postMessage(undefined);
  };
}
