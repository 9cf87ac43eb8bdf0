import { describe, expect, test, vi } from "vitest";
import { COMPRESSION, connect } from "../../src/node.js";
import type { Client } from "../../src/node.js";
import {
  closeFrame,
  closeOf,
  deflate,
  frame,
  OPCODE,
  pingFrame,
  textFrame,
} from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { nodeSuite } from "./node-suite.js";

checkLeaks();

vi.mock("../../src/transport/node/zlib-handle.js", async (importOriginal) => {
  const original = await importOriginal<Record<string, unknown>>();
  return { ...original, canRunSync: () => false };
});

const given = { compression: COMPRESSION.CONTEXT_TAKEOVER, compressionThreshold: 0 };

nodeSuite("with all messages compressed by zlib's public interface", given);

describe("messages that are inflated asynchronously are delivered in order", () => {
  const MESSAGE_COUNT = 100;
  const compressed = (text: string): Buffer =>
    frame({ opcode: OPCODE.TEXT, rsv1: true, payload: deflate(text) });
  /** Compressed and uncompressed messages, each followed by a ping. */
  const stream = Array.from({ length: MESSAGE_COUNT }, (_, i) => [
    i % 3 === 0 ? textFrame(`${i}`) : compressed(`${i}`),
    pingFrame(`${i}`),
  ]).flat();
  const expected = Array.from({ length: MESSAGE_COUNT }, (_, i) => `${i}`);

  async function textsOf(client: Client): Promise<unknown[]> {
    const texts: unknown[] = [];
    for (let next = await client.receive(); next.ok; next = await client.receive()) {
      texts.push(next.value.data);
    }
    return texts;
  }

  test.each([
    ["before a close frame", closeFrame(4000, "bye"), { code: 4000, by: "peer", clean: true }],
    ["before a protocol error", frame({ opcode: 3 }), { code: 1002, by: "local" }],
    ["before invalid compressed data", compressed("x").fill(0xff, 2), { code: 1007, by: "local" }],
  ])("%s, and nothing after it is delivered", async (_, end, info) => {
    const bytes = Buffer.concat([...stream, end, textFrame("after"), closeFrame(1000)]);
    await using server = await startRawServer({
      onRequest(peer) {
        peer.accept({ "Sec-WebSocket-Extensions": "permessage-deflate" }, bytes);
        peer.onFrame = ({ opcode }) => {
          if (opcode === OPCODE.CLOSE) peer.socket.end();
        };
      },
    });
    for (const [n, channelCapacity] of [1, MESSAGE_COUNT].entries()) {
      const client = await connect(server.url, { ...given, channelCapacity });
      const peer = await server.connection(n);
      expect(await textsOf(client)).toEqual(expected);
      expect(closeOf(await peer.closeFrame()).code).toBe(info.code);
      expect(await client.closed).toMatchObject(info);
      await peer.closed;
    }
  });

  test("before the end of TCP", async () => {
    await using server = await startRawServer({
      onRequest(peer) {
        const bytes = Buffer.concat(stream);
        peer.accept({ "Sec-WebSocket-Extensions": "permessage-deflate" }, bytes);
        peer.socket.end();
      },
    });
    const client = await connect(server.url, given);
    expect(await textsOf(client)).toEqual(expected);
    expect(await client.closed).toMatchObject({ code: 1006, by: "none" });
  });
});
