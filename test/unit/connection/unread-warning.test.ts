import { once } from "node:events";
import { describe, expect, test, vi } from "vitest";
import { deliverTo } from "../../../src/connection/deliver-to.js";
import { Inbox } from "../../../src/connection/inbox.js";
import { SocketConnection } from "../../../src/transport/node/connection.js";
import { WsConnection } from "../../../src/transport/node/ws-connection.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { FakeTransport, openClient } from "../../helpers/unit-transport.js";

useClock();

const FULL = { channelCapacity: 1 };

describe("a connection that is paused for 30 s while nothing is received", () => {
  test("emits one warning that names both remedies and no secret", async () => {
    const { client, transport, text } = openClient(FULL);
    text("x");
    await advance(29_990);
    expect(transport.warnings).toEqual([]);
    await advance(15);
    expect(transport.warnings).toHaveLength(1);
    const [warning] = transport.warnings;
    expect(warning).toContain("ws://host.test/path?...");
    expect(warning).toContain("receive");
    expect(warning).toContain("discardIncoming");
    expect(warning).not.toMatch(/secret|token/);
    client.tryReceive();
    text("y");
    await advance(300_000);
    expect(transport.warnings).toHaveLength(1);
    client.terminate();
  });

  test.each([SocketConnection, WsConnection])(
    "emits it in Node as a process warning",
    async (type) => {
      const warned = once(process, "warning");
      type.prototype.warn("text");
      expect(await warned).toMatchObject([{ name: "Warning", message: "text" }]);
    },
  );

  test("emits it by console.warn if the platform has no warnings", async () => {
    using warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { client, transport, text } = openClient(FULL);
    transport.warn = undefined;
    text("x");
    await advance(30_005);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("discardIncoming") as string]]);
    client.terminate();
  });

  test("emits none while a slow consumer receives occasionally", async () => {
    const { client, transport, text } = openClient({ channelCapacity: 100 });
    for (let i = 0; i < 150; i++) text(String(i));
    for (let i = 0; i < 50; i++) {
      expect(client.tryReceive()).toMatchObject({ ok: true });
      await advance(29_000);
    }
    expect(transport.warnings).toEqual([]);
    // Then the consumer stops: the current window has seen a receive, the next one has not.
    await advance(60_000);
    expect(transport.warnings).toHaveLength(1);
    client.terminate();
  });

  test("emits none while it is not paused", async () => {
    const { client, transport, text } = openClient({ channelCapacity: 2 });
    text("x");
    await advance(60_000);
    text("y");
    client.tryReceive();
    client.tryReceive();
    await advance(60_000);
    expect(transport.warnings).toEqual([]);
    text("z");
    text("z");
    await advance(30_005);
    expect(transport.warnings).toHaveLength(1);
    client.terminate();
  });

  test.each([
    ["if the socket cannot be paused", { ...FULL, backpressure: "buffer" } as const],
    ["with discardIncoming", { ...FULL, discardIncoming: true }],
  ])("emits none %s", async (_, options) => {
    const { client, transport, text } = openClient(options);
    for (let i = 0; i < 10; i++) text("x");
    await advance(60_000);
    expect(transport.warnings).toEqual([]);
    client.terminate();
  });

  test("emits none after the connection has ended", async () => {
    const { client, transport, text } = openClient(FULL);
    text("x");
    client.terminate();
    expect(vi.getTimerCount()).toBe(0);
    await advance(60_000);
    expect(transport.warnings).toEqual([]);
  });

  test("emits one warning for all connections that share an inbox", async () => {
    const inbox = new Inbox(1, 65_536);
    const transport = new FakeTransport();
    for (let i = 0; i < 3; i++) {
      const { client, text } = openClient({}, transport);
      deliverTo(client.internals.receiving, inbox);
      text("x");
      await advance(60_000);
      client.terminate();
    }
    expect(transport.warnings).toHaveLength(1);
  });

  test("is detected by the inbox that it delivers to", async () => {
    const { client, transport, text } = openClient(FULL);
    text("x");
    const inbox = new Inbox(10, 65_536);
    deliverTo(client.internals.receiving, inbox);
    await advance(60_000);
    expect(transport.warnings).toEqual([]);
    client.terminate();
  });

  test("uses one timer, however often it is paused, that does not keep the process alive", async () => {
    const started: NodeJS.Timeout[] = [];
    const start = setTimeout;
    vi.stubGlobal("setTimeout", (...given: Parameters<typeof setTimeout>) => {
      const timer = start(...given);
      started.push(timer);
      return timer;
    });
    const { client, text } = openClient(FULL);
    for (let i = 0; i < 100; i++) {
      text("x");
      client.tryReceive();
    }
    vi.unstubAllGlobals();
    expect(started.map((timer) => timer.hasRef())).toEqual([false]);
    client.terminate();
  });
});
