// TestClock beside the fake timers of Vitest: one drives wschan, the other your own timers.
import { expect, test, vi } from "vitest";
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";

test("your timers follow Vitest, those of wschan follow the clock", async () => {
  vi.useFakeTimers();
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/", { readTimeout: "1m" });
  const refresh = vi.fn();
  setTimeout(refresh, 60_000);

  await clock.advance("61s");
  expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  expect(refresh).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(refresh).toHaveBeenCalledOnce();

  await server.close();
  clock.dispose();
  vi.useRealTimers();
});
