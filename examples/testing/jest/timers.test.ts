// TestClock beside the fake timers of Jest: one drives wschan, the other your own timers.
import { expect, jest, test } from "@jest/globals";
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";

test("your timers follow Jest, those of wschan follow the clock", async () => {
  jest.useFakeTimers();
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/", { readTimeout: "1m" });
  const refresh = jest.fn();
  setTimeout(refresh, 60_000);

  await clock.advance("61s");
  expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  expect(refresh).not.toHaveBeenCalled();
  jest.advanceTimersByTime(60_000);
  expect(refresh).toHaveBeenCalledTimes(1);

  await server.close();
  clock.dispose();
  jest.useRealTimers();
});
