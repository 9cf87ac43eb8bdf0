// @ts-check
// TestClock beside the mock timers of `node:test`: one drives wschan, the other your own timers.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { connect } from "wschan";
import { TestClock, TestServer } from "wschan/testing";

test("your timers follow node:test, those of wschan follow the clock", async () => {
  // Deno cannot run this test if its mock of `setImmediate` is enabled, too.
  mock.timers.enable({ apis: ["setTimeout"] });
  const clock = new TestClock();
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/", { readTimeout: "1m" });
  const refresh = mock.fn();
  setTimeout(refresh, 60_000);

  await clock.advance("61s");
  assert.equal((await client.closed).error?.code, "READ_TIMEOUT");
  assert.equal(refresh.mock.callCount(), 0);
  mock.timers.tick(60_000);
  assert.equal(refresh.mock.callCount(), 1);

  await server.close();
  clock.dispose();
  mock.timers.reset();
});
