import { expect, test, vi } from "vitest";
import { conclude } from "../helpers/outcome.js";
import { advance, useClock } from "../helpers/unit-clock.js";
import { openClient } from "../helpers/unit-transport.js";

useClock();

const HOUR_MS = 3_600_000;

const options = { readTimeout: "10m", writeTimeout: "1m", keepAlive: {} };

test("an idle hour on a fake clock keeps the connection open with few pings and timers", async (context) => {
  const { client, transport } = openClient(options);
  let pings = 0;
  let timers = 0;
  for (let time = 0; time < HOUR_MS; time += 1_000) {
    await advance(1_000);
    timers = Math.max(timers, vi.getTimerCount());
    pings += transport.pings.length;
    if (transport.pings.length > 0) transport.bytesRead += 6;
    for (const done of transport.pings.splice(0)) done(1);
  }
  const text = (count: string, state: string, armed: string): string =>
    `${count} pings, ${state} at the end, ${armed} timers at once`;
  expect(pings).toBeGreaterThanOrEqual(115);
  conclude(context, {
    expected: text("at most 120", "open", "at most 4"),
    happened: text(
      pings <= 120 ? "at most 120" : String(pings),
      client.state,
      timers <= 4 ? "at most 4" : String(timers),
    ),
  });
  client.terminate();
});

test("an hour of ten messages per second on a fake clock needs no ping and few timers", async (context) => {
  const { client, transport, text } = openClient(options);
  let received = 0;
  let timers = 0;
  for (let time = 0; time < HOUR_MS; time += 1_000) {
    for (let i = 0; i < 10; i++) {
      transport.bytesRead += 10;
      text(`${received + i}`);
    }
    for (let i = 0; i < 10; i++) {
      const { value } = await client.receive();
      if (value?.data === String(received)) received++;
    }
    void client.send("x");
    await advance(1_000);
    timers = Math.max(timers, vi.getTimerCount());
  }
  const show = (messages: number, pings: number, armed: string): string =>
    `${messages} messages in order, ${pings} pings, ${armed} timers at once`;
  conclude(context, {
    expected: show(36_000, 0, "at most 4"),
    happened: show(received, transport.pings.length, timers <= 4 ? "at most 4" : String(timers)),
    lost: 36_000 - received,
  });
  client.terminate();
});
