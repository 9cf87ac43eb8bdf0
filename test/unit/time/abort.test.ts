import { describe, expect, test } from "vitest";
import { abortError, onAbort } from "../../../src/time/abort.js";
import { useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";

useClock();

describe("waits on one signal", () => {
  test("share a listener, and leave no listener", () => {
    const controller = new CountingController();
    const { signal } = controller;
    const stops = Array.from({ length: 1000 }, () => onAbort(signal, () => {}));
    expect(controller.added).toBe(1);
    for (const stop of stops.slice(1)) stop();
    expect(controller.listeners).toBe(1);
    stops[0]?.();
    stops[0]?.();
    expect(controller.listeners).toBe(0);
    const stop = onAbort(signal, () => {});
    stops[1]?.();
    expect(controller.listeners).toBe(1);
    stop();
    expect(controller.listeners).toBe(0);
  });

  test("are notified once each, in order, also if one callback waits twice", () => {
    const controller = new CountingController();
    const { signal } = controller;
    const calls: string[] = [];
    const record = (): void => void calls.push("twice");
    const stops = [
      onAbort(signal, () => calls.push("first")),
      onAbort(signal, record),
      onAbort(signal, record),
      onAbort(signal, record),
    ];
    stops[2]?.();
    controller.abort();
    controller.abort();
    expect(calls).toEqual(["first", "twice", "twice"]);
    for (const stop of stops) stop();
    expect(controller.listeners).toBe(0);
  });

  test("that are cancelled while others are notified are not notified", () => {
    const controller = new CountingController();
    const calls: string[] = [];
    onAbort(controller.signal, () => {
      calls.push("first");
      stopSecond();
    });
    const stopSecond = onAbort(controller.signal, () => calls.push("second"));
    controller.abort();
    expect(calls).toEqual(["first"]);
  });

  test("are independent of waits on another signal", () => {
    const [a, b] = [new CountingController(), new CountingController()];
    const calls: string[] = [];
    onAbort(a.signal, () => calls.push("a"));
    const stop = onAbort(b.signal, () => calls.push("b"));
    a.abort();
    expect(calls).toEqual(["a"]);
    expect(b.listeners).toBe(1);
    stop();
  });

  test("fail with the signal's reason", () => {
    const signal = AbortSignal.abort("why");
    expect(abortError("dial x", signal)).toMatchObject({
      code: "ABORTED",
      message: "dial x: aborted",
      cause: "why",
    });
  });
});
