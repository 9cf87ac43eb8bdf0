import { describe, expect, test } from "vitest";
import { failure, failureCode, stateOf } from "../../helpers/failure.js";
import { advance, useClock } from "../../helpers/unit-clock.js";
import { CountingController } from "../../helpers/unit-signal.js";
import { openClient } from "../../helpers/unit-transport.js";
import { LABEL, trackUnhandledRejections } from "./support.js";

useClock();
trackUnhandledRejections();

describe("ping", () => {
  test("resolves with the round-trip time that the transport measured", async () => {
    const { client, transport } = openClient();
    const pings = [client.ping(), client.ping()];
    expect(transport.pings).toHaveLength(2);
    transport.pings[1]?.(42);
    expect(await pings[1]).toBe(42);
    expect(await stateOf(pings[0] as Promise<number>)).toBe("pending");
    transport.pings[0]?.(0);
    expect(await pings[0]).toBe(0);
  });

  test.each(["timeout", "signal"])("is cancelled once by its %s", async (by) => {
    const { client, transport } = openClient();
    const controller = new CountingController();
    const ended = failure(client.ping({ timeout: 50, signal: controller.signal }));
    if (by === "timeout") await advance(50);
    else controller.abort("why");
    const error = await ended;
    expect(error.code).toBe(by === "timeout" ? "PING_TIMEOUT" : "ABORTED");
    expect(error.message.startsWith(`ping ${LABEL}: `)).toBe(true);
    expect(transport.calls).toEqual(["give up ping"]);
    expect(controller.listeners).toBe(0);
    expect(client.state).toBe("open");
  });

  test("waits 10 s by default", async () => {
    const { client } = openClient();
    let ended: string | undefined;
    void failureCode(client.ping()).then((code) => (ended = code));
    await advance(9_999);
    expect(ended).toBeUndefined();
    await advance(1);
    expect(ended).toBe("PING_TIMEOUT");
  });

  test.each<[unknown, string]>([
    [{ timeout: 0 }, "PING_TIMEOUT"],
    [{ timeout: -1 }, "INVALID_DURATION"],
    [{ timeout: "soon" }, "INVALID_DURATION"],
    [{ signal: 5 }, "INVALID_OPTION"],
    [{ signal: AbortSignal.abort() }, "ABORTED"],
    [null, "INVALID_OPTION"],
    ["5s", "INVALID_OPTION"],
    [{ time_out: 5 }, "INVALID_OPTION"],
  ])("with %o rejects with %s and sends nothing", async (options, code) => {
    const { client, transport } = openClient();
    expect(await failureCode(client.ping(options as object))).toBe(code);
    expect(transport.pings).toEqual([]);
  });

  test("rejects with UNSUPPORTED and an alternative if the platform cannot ping", async () => {
    const { client, transport } = openClient();
    delete transport.ping;
    expect(client.canPing).toBe(false);
    const error = await failure(client.ping());
    expect(error).toMatchObject({ code: "UNSUPPORTED", kind: "UNSUPPORTED" });
    expect(error.message).toMatch(/^ping .*: .*keepAlive.message/);
  });
});
