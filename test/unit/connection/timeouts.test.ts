import { describe, expect, test } from "vitest";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { LABEL, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("readTimeout", () => {
  async function open(): Promise<Opened> {
    const opened = openClient({ readTimeout: 1000, channelCapacity: 1 });
    await advance(0);
    return opened;
  }

  test("ends a silent connection after its time", async () => {
    const { client, transport } = await open();
    await advance(999);
    expect(client.state).toBe("open");
    await advance(20);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 3008, sentCode: 3008, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({ code: "READ_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error?.message).toBe(`connection ${LABEL}: no progress for 1000 ms`);
    expect(transport.calls).toEqual(["terminate 3008"]);
  });

  const signs: [string, (opened: Opened) => void][] = [
    ["a message", ({ client, text: arrive }) => (arrive("x"), void client.channel().tryReceive())],
    ["received bytes", ({ transport }) => void (transport.bytesRead += 1)],
    ["written bytes", ({ transport }) => void (transport.bytesWritten += 1)],
  ];

  test.each(signs)("is restarted by %s", async (_, live) => {
    const opened = await open();
    for (let i = 0; i < 5; i++) {
      await advance(700);
      live(opened);
    }
    expect(opened.client.state).toBe("open");
    await advance(1300);
    expect(opened.client.state).toBe("closed");
  });

  test("is suspended while a message is incomplete and while the channel is full", async () => {
    const { client, transport, text: arrive } = await open();
    transport.receiving = true;
    await advance(5000);
    transport.receiving = false;
    arrive("x");
    await advance(5000);
    expect(client.state).toBe("open");
    client.channel().tryReceive();
    await advance(999);
    expect(client.state).toBe("open");
    await advance(300);
    expect((await client.closed).error?.code).toBe("READ_TIMEOUT");
  });

  test("stops when the connection begins to close", async () => {
    const { client, handler } = await open();
    void client.close();
    await advance(2000);
    handler.onEnd({ code: 1000, reason: "" });
    expect((await client.closed).error).toBeUndefined();
  });
});

describe("writeTimeout", () => {
  test("ends a connection that flushes no bytes", async () => {
    const { client, transport } = openClient({ writeTimeout: 1000 });
    await advance(5000);
    expect(client.state).toBe("open");
    transport.holds = true;
    void client.send("abc");
    await advance(999);
    expect(client.state).toBe("open");
    await advance(20);
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
    expect(error).toMatchObject({ code: "WRITE_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(transport.calls).toEqual(["terminate 1006"]);
  });

  test.each<[string, (opened: Opened) => void]>([
    ["flushed bytes", ({ transport }) => void (transport.bytesWritten += 1)],
    [
      "a complete flush and another send",
      ({ client, transport }) => {
        transport.drain();
        void client.send("abc");
      },
    ],
  ])("is restarted by %s", async (_, live) => {
    const opened = openClient({ writeTimeout: 1000 });
    opened.transport.holds = true;
    void opened.client.send("abc");
    for (let i = 0; i < 5; i++) {
      await advance(700);
      live(opened);
    }
    expect(opened.client.state).toBe("open");
    opened.client.terminate();
  });
});

describe("a slow consumer", () => {
  test("triggers neither readTimeout nor writeTimeout", async () => {
    const timeouts = { readTimeout: 1000, writeTimeout: 1000, channelCapacity: 1 };
    const { client, transport, text: arrive } = openClient(timeouts);
    arrive("x");
    transport.holds = true;
    void client.send("abc");
    await advance(5000);
    expect(client.state).toBe("open");
    client.channel().tryReceive();
    await advance(1300);
    expect(client.state).toBe("closed");
  });
});
