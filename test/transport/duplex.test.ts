import { createHash } from "node:crypto";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { Codec } from "../../src/node.js";
import { FrameParser, OPCODE, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { turns } from "../helpers/unit-clock.js";

checkLeaks();

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** An echo server in this process: its answer arrives during the write that it answers. */
class InMemoryServer extends Duplex {
  readonly #parser = new FrameParser();
  #isOpen = false;

  override _read(): void {
    // The server pushes its answers in `_write`.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#isOpen) {
      for (const { opcode, payload } of this.#parser.push(chunk)) {
        if (opcode === OPCODE.TEXT) this.push(textFrame(payload));
      }
    } else {
      this.#isOpen = true;
      const [, key = ""] = /sec-websocket-key: (\S+)/i.exec(chunk.toString("latin1")) ?? [];
      const accept = createHash("sha1")
        .update(key + GUID)
        .digest("base64");
      this.push(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    }
    done();
  }
}

test("an answer that arrives during a send is received once, after the message before it", async () => {
  const server = new InMemoryServer();
  class InMemoryAgent extends Agent {
    override createConnection(): Duplex {
      return server;
    }
  }
  const codec: Codec<unknown> = {
    name: "answering",
    decoder: () => (message, emit) => {
      const { data } = message;
      if (typeof data === "string" && data.length < 5) void client.send(`${data}!`);
      emit(data, 1);
    },
  };
  const client = await connect("ws://memory.test/", {
    codec,
    node: { agent: new InMemoryAgent() },
  });
  for (const first of [["a"], ["b", "c"]]) {
    server.push(Buffer.concat(first.map(textFrame)));
    await turns(20);
    const received: unknown[] = [];
    for (let i = 0; i < 5 * first.length; i++) received.push((await client.receive()).value);
    const expected = first.flatMap((text) =>
      ["", "!", "!!", "!!!", "!!!!"].map((end) => text + end),
    );
    expect(received.slice(0, first.length)).toEqual(first);
    expect(received.sort()).toEqual(expected.sort());
  }
  expect(client.channel().length).toBe(0);
  client.terminate();
  expect(await client.closed).toMatchObject({ code: 1006 });
});
