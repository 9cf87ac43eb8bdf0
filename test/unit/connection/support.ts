import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import type { Client } from "../../../src/connection/client.js";
import type { ReceiveResult } from "../../../src/channel/queue.js";
import type { CloseInfo } from "../../../src/protocol/close.js";
import type { Message } from "../../../src/protocol/message.js";
import { microtasks } from "../../helpers/failure.js";
import { turns } from "../../helpers/unit-clock.js";

/** URL of the clients that `openClient` opens, as error messages show it. */
export const LABEL = "ws://host.test/path?...";

/**
 * Returns the unhandled rejections of the running test. After the file's last test it fails if there are
 * any that no test has asserted.
 */
export function trackUnhandledRejections(): readonly unknown[] {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  beforeAll(() => {
    process.on("unhandledRejection", onUnhandled);
  });
  beforeEach(() => {
    unhandled.length = 0;
  });
  afterAll(async () => {
    await turns();
    process.off("unhandledRejection", onUnhandled);
    expect(unhandled).toEqual([]);
  });
  return unhandled;
}

/** Returns the value of `client.closed` if it has settled, `undefined` otherwise. */
export async function settledCloseInfo(client: Client): Promise<CloseInfo | undefined> {
  let info: CloseInfo | undefined;
  void client.closed.then((found) => (info = found));
  await microtasks();
  return info;
}

/** Returns the result of a receive that yields a text message. */
export function textResult(data: string): ReceiveResult<Message> {
  return { ok: true, value: { type: "text", data } };
}

const encoder = new TextEncoder();

/** Encodes a string as UTF-8. */
export function utf8(value: string): Uint8Array {
  return encoder.encode(value);
}
