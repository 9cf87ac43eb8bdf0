import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { binaryFrame, deflate, frame, OPCODE } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";

checkLeaks();

const TEXTS = ["first", "second", "third"];

/** Receives three binary messages that arrive in one chunk. Returns their data. */
async function receiveThree(
  node: ConnectOptions["node"],
  isCompressed = false,
): Promise<Uint8Array[]> {
  await using server = await startRawServer({
    onRequest: (peer) =>
      peer.accept(isCompressed ? { "Sec-WebSocket-Extensions": "permessage-deflate" } : {}),
  });
  const client = await connect(server.url, { node, compression: isCompressed ? 1 : 0 });
  const peer = await server.connection();
  const frames = TEXTS.map((text) =>
    isCompressed
      ? frame({ opcode: OPCODE.BINARY, rsv1: true, payload: deflate(text) })
      : binaryFrame(Buffer.from(text)),
  );
  peer.write(...frames);
  const data: Uint8Array[] = [];
  for (const text of TEXTS) {
    const { value } = await client.receive();
    const bytes = value?.data as Uint8Array;
    expect(Buffer.from(bytes).toString()).toBe(text);
    data.push(bytes);
  }
  client.terminate();
  return data;
}

describe("the data of a binary message", () => {
  test.each([{}, { binaryViews: false }])("owns its buffer with node: %j", async (node) => {
    for (const data of await receiveThree(node)) {
      expect(data.buffer.byteLength).toBe(data.byteLength);
    }
  });

  test("shares the buffer of its chunk with node.binaryViews", async () => {
    const [first, ...others] = await receiveThree({ binaryViews: true });
    for (const data of others) expect(data.buffer).toBe(first?.buffer);
    expect(first).not.toBeInstanceOf(Buffer);
  });

  test("owns its buffer if it was compressed, also with node.binaryViews", async () => {
    for (const data of await receiveThree({ binaryViews: true }, true)) {
      expect(data.buffer.byteLength).toBe(data.byteLength);
    }
  });
});
