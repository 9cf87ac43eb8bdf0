import { describe, expect, test } from "vitest";
import { TEXT } from "../../../src/protocol/constants.js";
import type { WaitOptions } from "../../../src/time/wait.js";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { openClient } from "../../helpers/unit-transport.js";
import type { Opened } from "../../helpers/unit-transport.js";
import { LABEL, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("flush", () => {
  test("resolves when all sent bytes are flushed", async () => {
    const { client, transport } = openClient();
    await client.flush();
    transport.holds = true;
    void client.send("x");
    const flushes = [client.flush(), client.flush()];
    expect(await stateOf(flushes[0] as Promise<void>)).toBe("pending");
    transport.drain();
    await Promise.all(flushes);
    expect(client.bufferedAmount).toBe(0);
  });

  test("waits only for messages that were sent before it", async () => {
    const { client, transport, handler } = openClient();
    transport.holds = true;
    void client.send("x");
    const flush = client.flush();
    const { accepted } = transport;
    void client.send("y");
    transport.flushed = accepted - 1;
    handler.onProgress();
    expect(await stateOf(flush)).toBe("pending");
    transport.flushed = accepted;
    handler.onProgress();
    expect(await stateOf(flush)).toBe("resolved");
  });

  test("rejects at the end of the connection although a part was flushed", async () => {
    const { client, transport, handler } = openClient();
    transport.holds = true;
    void client.send("x");
    const flush = client.flush();
    transport.flushed = transport.accepted - 1;
    handler.onProgress();
    client.terminate();
    expect(await failureCode(flush)).toBe("CLOSED");
  });

  test("rejects with UNSUPPORTED and an alternative if the platform does not count buffered bytes", async () => {
    const { client, transport } = openClient();
    transport.bufferedAmount = undefined;
    expect(client.bufferedAmount).toBe(0);
    const error = await failure(client.flush());
    expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED" });
    expect(error.message).toMatch(/^flush .*answer/);
    await client.send("x");
  });

  test("still resolves while the connection is closing", async () => {
    const { client, transport } = openClient();
    transport.holds = true;
    void client.send("x");
    void client.close();
    const flush = client.flush();
    transport.drain();
    await flush;
    expect(client.state).toBe("closing");
    client.terminate();
  });
});

describe("flush with options", () => {
  const waiting = (options: WaitOptions): Opened & { flushed: Promise<void> } => {
    const opened = openClient();
    opened.transport.holds = true;
    void opened.client.send("x");
    return { ...opened, flushed: opened.client.flush(options) };
  };

  test("rejects with FLUSH_TIMEOUT after its timeout, not before, and leaves the connection open", async () => {
    const { client, transport, flushed } = waiting({ timeout: "100ms" });
    await advance(99);
    expect(await stateOf(flushed)).toBe("pending");
    await advance(2);
    const error = await failure(flushed);
    expect(error).toMatchObject({ code: "FLUSH_TIMEOUT", kind: "TIMEOUT", retryable: true });
    expect(error.message).toBe(`flush ${LABEL}: timed out after 100 ms`);
    transport.drain();
    await client.flush({ timeout: 100 });
    expect(client.state).toBe("open");
  });

  test("with a timeout of 0 rejects at once only if it would have to wait", async () => {
    const { client, transport, flushed } = waiting({ timeout: 0 });
    expect(await failureCode(flushed)).toBe("FLUSH_TIMEOUT");
    transport.drain();
    await client.flush({ timeout: 0 });
    expect(client.bufferedAmount).toBe(0);
  });

  test("rejects with ABORTED when its signal fires", async () => {
    const controller = new CountingController();
    const { client, flushed } = waiting({ signal: controller.signal });
    controller.abort("enough");
    expect(await failure(flushed)).toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(controller.listeners).toBe(0);
    expect(await failureCode(client.flush({ signal: AbortSignal.abort() }))).toBe("ABORTED");
    client.terminate();
  });

  test("rejects with CLOSED after the end of the connection, whatever the timeout", async () => {
    const { client, flushed } = waiting({ timeout: 100 });
    client.terminate();
    expect(await failureCode(flushed)).toBe("CLOSED");
    expect(await failureCode(client.flush({ timeout: 0 }))).toBe("CLOSED");
    const other = openClient().client;
    other.terminate();
    expect(await failureCode(other.flush())).toBe("CLOSED");
  });

  test.each<[unknown, string]>([
    [null, "INVALID_OPTION"],
    [5, "INVALID_OPTION"],
    [{ type: TEXT }, "INVALID_OPTION"],
    [{ signal: {} }, "INVALID_OPTION"],
    [{ timeout: -1 }, "INVALID_DURATION"],
  ])("%j rejects with %s", async (options, code) => {
    const { client } = openClient();
    expect(await failureCode(client.flush(options as WaitOptions))).toBe(code);
  });
});
