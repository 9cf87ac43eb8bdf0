import { describe, expect, test, vi } from "vitest";
import type { Codec } from "../../../src/protocol/codec.js";
import { BINARY, TEXT } from "../../../src/protocol/constants.js";
import { WsError } from "../../../src/errors/ws-error.js";
import { failure, microtasks } from "../../helpers/failure.js";
import { useClock } from "../../helpers/unit-clock.js";
import { openClient } from "../../helpers/unit-transport.js";
import { textResult, trackUnhandledRejections, utf8 } from "./support.js";

useClock();
trackUnhandledRejections();

describe("a platform without TextEncoder and TextDecoder", () => {
  test.each([
    ["TextEncoder", "\u20ac", BINARY],
    ["TextDecoder", utf8("\u20ac"), TEXT],
  ])("reports UNSUPPORTED only where %s is needed", async (name, data, type) => {
    const { client, transport, text: arrive } = openClient();
    vi.stubGlobal("TextEncoder", undefined);
    vi.stubGlobal("TextDecoder", undefined);
    try {
      const error = await failure(client.send(data, type as 1));
      expect(error.code).toBe("UNSUPPORTED");
      expect(error.message).toContain(name);
      await client.send("\u20ac");
      await client.send(utf8("\u20ac"));
      arrive("\u20ac");
      expect(await client.receive()).toEqual(textResult("\u20ac"));
      void client.close(1000, "\u20ac");
    } finally {
      vi.unstubAllGlobals();
    }
    await microtasks();
    expect(transport.sent).toEqual(["\u20ac", utf8("\u20ac")]);
    expect(transport.calls).toEqual(["close 1000 \u20ac"]);
    client.terminate();
  });

  test("ends the connection with 1011 and the codec's UNSUPPORTED error", async () => {
    const missing = new WsError("UNSUPPORTED", "no TextDecoder");
    const codec: Codec = {
      name: "any",
      decoder: () => () => {
        throw missing;
      },
    };
    const { client, text: arrive } = openClient({ codec });
    arrive("x");
    expect(await client.closed).toMatchObject({ code: 1011, error: missing });
  });
});
