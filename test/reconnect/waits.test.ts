import { describe, expect, test } from "vitest";
import { Channel } from "../../src/channel/channel.js";
import { WsError } from "../../src/errors/ws-error.js";
import { PauseTimer } from "../../src/reconnect/pause-timer.js";
import { runCallback, sleep } from "../../src/reconnect/waits.js";
import { failure, stateOf } from "../helpers/failure.js";

const { signal } = new AbortController();

describe("runCallback", () => {
  test("resolves with the result", async () => {
    expect(await runCallback("onConnect", 1_000, signal, async () => 5)).toBe(5);
  });

  test("resolves with an error that the callback returns", async () => {
    const result = new Error("returned, not thrown");
    expect(await runCallback("onConnect", 1_000, signal, () => result)).toBe(result);
  });

  test("wraps what the callback throws, and keeps a WsError", async () => {
    const cause = new Error("no");
    const failing = runCallback("onConnect", 1_000, signal, () => {
      throw cause;
    });
    expect(await failure(failing)).toMatchObject({
      code: "DIAL_FAILED",
      message: "onConnect failed",
      cause,
    });
    const error = new WsError("ABORTED", "signed out");
    const rejecting = runCallback("onConnect", 1_000, signal, () => Promise.reject(error));
    expect(await failure(rejecting)).toBe(error);
  });

  test("rejects after the timeout", async () => {
    const hanging = runCallback("onConnect", 5, signal, () => new Promise(() => {}));
    expect(await failure(hanging)).toMatchObject({ code: "DIAL_TIMEOUT" });
  });
});

describe("sleep", () => {
  const timer = new PauseTimer();

  test("resolves with false after the delay", async () => {
    expect(await sleep(1, signal, timer)).toBe(false);
  });

  test("resolves with true as soon as a value arrives", async () => {
    const wakeups = new Channel<unknown>();
    const sleeping = sleep(3_600_000, signal, timer, wakeups);
    expect(wakeups.trySend(true)).toBe(true);
    expect(await sleeping).toBe(true);
  });

  test("resolves with false as soon as the signal aborts", async () => {
    const controller = new AbortController();
    const sleeping = sleep(3_600_000, controller.signal, timer);
    expect(await stateOf(sleeping)).toBe("pending");
    controller.abort();
    expect(await sleeping).toBe(false);
  });
});
