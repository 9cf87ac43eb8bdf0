import { describe, expect, test } from "vitest";
import type { Client } from "../../../src/connection/client.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { failureCode, microtasks, stateOf } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { BROWSER, FakeTransport, openClient } from "../../helpers/unit-transport.js";
import { settledCloseInfo, textResult, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("close", () => {
  test("closes the channel at once and discards later messages", async () => {
    const { client, transport, text: arrive } = openClient();
    arrive("before");
    const closing = client.close(1000, "bye");
    expect(client.state).toBe("closing");
    expect(client.channel().closed).toBe(true);
    await microtasks();
    expect(transport.calls).toEqual(["close 1000 bye"]);
    arrive("after");
    expect(await client.receive()).toEqual(textResult("before"));
    expect(await client.receive()).toEqual({ ok: false, value: undefined });
    expect(await stateOf(closing)).toBe("pending");
    client.terminate();
    expect(await closing).toMatchObject({ code: 1006, by: "local", clean: false });
  });

  test("sends no close frame if terminate() follows at once", async () => {
    const { client, transport } = openClient();
    void client.close();
    client.terminate();
    await microtasks();
    expect(transport.calls).toEqual(["terminate 1006"]);
  });

  test("returns the same promise on every call, whatever the code", async () => {
    const { client, transport } = openClient();
    const closing = client.close(4000);
    expect(client.close(4001, "x")).toBe(closing);
    expect(client.close()).toBe(client.closed);
    await microtasks();
    transport.end({ code: 4000, reason: "" });
    expect(client.close()).toBe(closing);
    expect(await closing).toMatchObject({ code: 4000, sentCode: 4000 });
    expect(transport.calls).toEqual(["close 4000"]);
  });

  test("resumes a paused socket", () => {
    const { client, transport, text: arrive } = openClient({ channelCapacity: 1 });
    arrive("x");
    expect(transport.paused).toBe(true);
    void client.close();
    expect(transport.paused).toBe(false);
    client.terminate();
  });

  test.each<[unknown, unknown]>([
    [999, ""],
    [1004, ""],
    [1005, ""],
    [1006, ""],
    [1015, ""],
    [2999, ""],
    [5000, ""],
    [1000.5, ""],
    [NaN, ""],
    ["1000", ""],
    [null, ""],
    [1000, "x".repeat(124)],
    [1000, 5],
    [1000, null],
    [Object.create(null), ""],
  ])(
    "with code %o and reason %o rejects with INVALID_CLOSE and leaves the connection open",
    async (code, reason) => {
      const { client, transport } = openClient();
      expect(await failureCode(client.close(code as number, reason as string))).toBe(
        "INVALID_CLOSE",
      );
      expect(client.state).toBe("open");
      expect(client.channel().closed).toBe(false);
      expect(transport.calls).toEqual([]);
      expect(await stateOf(client.closed)).toBe("pending");
    },
  );

  test.each<[number, number]>([
    [1000, 1000],
    [1001, 4001],
    [1009, 4009],
    [1011, 4011],
    [1014, 4014],
    [3000, 3000],
    [4999, 4999],
  ])("reports %i as its code and %i as the code that a browser sent", async (code, sentCode) => {
    const { client, transport } = openClient({}, new FakeTransport(), BROWSER);
    transport.movesCodes = true;
    void client.close(code);
    await microtasks();
    expect(transport.calls).toEqual([`close ${code}`]);
    transport.end({ code: sentCode, reason: "" });
    expect(await client.closed).toEqual({ code, sentCode, reason: "", clean: true, by: "local" });
  });

  test("reports both the code of a failure and the code that a browser sent for it", async () => {
    const { client, handler, transport } = openClient({}, new FakeTransport(), BROWSER);
    transport.movesCodes = true;
    handler.onError(new WsError("MESSAGE_TOO_BIG", "x"), 1009);
    expect(await client.closed).toMatchObject({ code: 1009, sentCode: 4009 });
  });

  test("is clean if the transport ends synchronously within it and nothing was dropped", async () => {
    const { client, transport } = openClient();
    transport.onClose = () => transport.end({ code: 1000, reason: "" });
    const info = await client.close();
    expect(info).toEqual({ code: 1000, sentCode: 1000, reason: "", clean: true, by: "local" });
    expect(client.state).toBe("closed");
  });

  test("settles once if the transport reports a loss synchronously within it", async () => {
    const { client, transport, handler } = openClient();
    transport.onClose = () => {
      handler.onEnd({ code: 1006, reason: "" });
      handler.onEnd({ code: 1000, reason: "" });
    };
    expect(await client.close()).toMatchObject({ code: 1000, clean: false, by: "local" });
  });

  test("waits closeTimeout for the peer's answer, counted from the flushed close frame", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.holds = true;
    void client.send("x");
    void client.close();
    await advance(900);
    transport.drain();
    await advance(900);
    expect(client.state).toBe("closing");
    await advance(400);
    expect(transport.calls).toEqual(["close 1000", "destroy"]);
    expect(await client.closed).toEqual({
      code: 1000,
      sentCode: 1000,
      reason: "",
      clean: false,
      by: "local",
    });
  });

  test("keeps waiting while bytes are flushed, and reports WRITE_TIMEOUT when they stop", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.holds = true;
    void client.send(new Uint8Array(100));
    void client.close();
    for (let i = 0; i < 10; i++) {
      await advance(800);
      transport.bytesWritten += 5;
      transport.bufferedAmount = 95 - 5 * i;
      expect(client.state).toBe("closing");
    }
    await advance(1600);
    const info = await settledCloseInfo(client);
    expect(info).toMatchObject({ clean: false, by: "local", error: { code: "WRITE_TIMEOUT" } });
    expect(info).not.toHaveProperty("sentCode");
    expect(transport.calls).toEqual(["destroy"]);
  });

  test("keeps waiting while the kernel sends the bytes that it has accepted", async () => {
    const { client, transport } = openClient({ closeTimeout: 1000 });
    transport.unsent = 100;
    void client.close();
    for (let i = 1; i <= 10; i++) {
      await advance(800);
      transport.unsent -= 5;
      expect(client.state).toBe("closing");
    }
    await advance(1900);
    expect(await settledCloseInfo(client)).toMatchObject({ code: 1000, clean: false, by: "local" });
    expect(transport.calls).toEqual(["close 1000", "destroy"]);
  });

  test("does not wait longer for a peer that sends only data", async () => {
    const { client, transport, text: arrive } = openClient({ closeTimeout: 1000 });
    void client.close();
    for (let i = 0; i < 6; i++) {
      await advance(250);
      transport.bytesRead += 100;
      arrive("data");
    }
    expect(await settledCloseInfo(client)).toMatchObject({ code: 1000, clean: false });
  });

  test("waits 5 s by default", async () => {
    const { client } = openClient();
    void client.close();
    await advance(4900);
    expect(client.state).toBe("closing");
    await advance(200);
    expect(client.state).toBe("closed");
  });

  test("is called when the client is disposed", async () => {
    const { client, transport, handler } = openClient();
    transport.onClose = () => queueMicrotask(() => handler.onEnd({ code: 1000, reason: "" }));
    {
      await using used = client;
      expect(used.state).toBe("open");
    }
    expect(client.state).toBe("closed");
    expect(transport.calls).toEqual(["close 1000"]);
  });
});

describe("terminate", () => {
  test("settles closed at once, whether the connection is open or closing", async () => {
    for (const before of [() => {}, (client: Client) => void client.close()]) {
      const { client, transport } = openClient();
      before(client);
      client.terminate();
      expect(client.state).toBe("closed");
      expect(transport.calls.at(-1)).toBe("terminate 1006");
      expect(await client.closed).toEqual({ code: 1006, reason: "", clean: false, by: "local" });
    }
  });
});
