import { describe, expect, test } from "vitest";
import { deliverTo } from "../../../src/connection/deliver-to.js";
import { Inbox } from "../../../src/connection/inbox.js";
import { useClock } from "../../helpers/unit-clock.js";
import { openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("a client that delivers to another inbox", () => {
  const open = (capacity = 2): Opened & { inbox: Inbox } => {
    const inbox = new Inbox(capacity, 65_536);
    return { ...openClient({ bufferLimit: 65_536 }), inbox };
  };

  test("moves unread messages there, then delivers new ones", () => {
    const { client, text, inbox } = open();
    for (const data of ["before", "then"]) text(data);
    deliverTo(client.internals.receiving, inbox);
    expect(inbox.bytes).toBe(2 * 64 + 2 * 10);
    text("after");
    expect(client.channel().length).toBe(0);
    for (const data of ["before", "then", "after"]) {
      expect(inbox.take()).toMatchObject({ value: { data } });
    }
    expect(client.stats.bytesBuffered).toBe(0);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER if the inbox has no room for the unread messages", async () => {
    const { client, bytes, inbox } = open();
    inbox.put({ type: "binary", data: new Uint8Array(60_000) });
    bytes(60_000);
    deliverTo(client.internals.receiving, inbox);
    expect((await client.closed).error?.code).toBe("SLOW_CONSUMER");
  });

  test("pauses at once if the inbox is full", () => {
    const { client, transport, inbox } = open(1);
    inbox.put({ type: "text", data: "" });
    deliverTo(client.internals.receiving, inbox);
    expect(transport.paused).toBe(true);
    client.terminate();
  });

  test("pauses and resumes as the inbox fills and drains", () => {
    const { client, text, transport, inbox } = open();
    deliverTo(client.internals.receiving, inbox);
    text("1");
    text("2");
    expect(transport.paused).toBe(true);
    inbox.take();
    expect(transport.paused).toBe(false);
    text("3");
    text("4");
    expect(transport.calls).toEqual(["pause", "resume", "pause"]);
    client.terminate();
  });

  test("ends with SLOW_CONSUMER if the inbox exceeds its limit", async () => {
    const { client, bytes, inbox } = open();
    deliverTo(client.internals.receiving, inbox);
    bytes(60_000);
    bytes(60_000);
    expect((await client.closed).error?.code).toBe("SLOW_CONSUMER");
  });

  test("closes its own channel when it ends, but not the inbox", () => {
    const { client, text, inbox } = open();
    deliverTo(client.internals.receiving, inbox);
    client.terminate();
    text("late");
    expect(client.channel().closed).toBe(true);
    expect(inbox).toMatchObject({ closed: false, size: 0 });
  });
});
