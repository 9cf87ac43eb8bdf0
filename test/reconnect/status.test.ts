import { describe, expect, test } from "vitest";
import { StatusFeed } from "../../src/reconnect/status.js";

const connecting = (attempt: number) => ({ type: "connecting", attempt }) as const;

describe("a status feed", () => {
  test("yields the current status, then each change, and ends when the status is closed", async () => {
    const feed = new StatusFeed();
    const changes = feed.watch();
    expect(await changes.next()).toEqual({ done: false, value: connecting(1) });
    feed.set(connecting(2));
    feed.set({ type: "closed" });
    const rest: unknown[] = [];
    for await (const status of changes) rest.push(status);
    expect(rest).toEqual([connecting(2), { type: "closed" }]);
  });

  test("that is closed yields its status once", async () => {
    const feed = new StatusFeed();
    feed.set({ type: "closed" });
    const statuses: unknown[] = [];
    for await (const status of feed.watch()) statuses.push(status);
    expect(statuses).toEqual([{ type: "closed" }]);
  });

  test("keeps the latest 100 changes for a watcher that does not fetch them", async () => {
    const feed = new StatusFeed();
    const changes = feed.watch();
    await changes.next();
    for (let attempt = 2; attempt <= 150; attempt++) feed.set(connecting(attempt));
    expect(await changes.next()).toEqual({ done: false, value: connecting(51) });
    await changes.return();
  });

  test("settles a pending next() when a watcher returns", async () => {
    const changes = new StatusFeed().watch();
    await changes.next();
    const pending = changes.next();
    await changes.return();
    expect(await pending).toEqual({ done: true, value: undefined });
  });
});
