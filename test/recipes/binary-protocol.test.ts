import { expect, test } from "vitest";
import { connect } from "wschan";
import { reconnecting } from "wschan/reconnect";
import { frames } from "../../examples/recipes/binary-protocol.js";
import type { Frame } from "../../examples/recipes/binary-protocol.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const frame = (type: number, ...payload: readonly number[]): Frame => ({
  type,
  payload: Uint8Array.from(payload),
});
const SENT = [frame(1), frame(2, 7), frame(255, ...Array<number>(300).fill(9))];

test("sends frames that the same codec receives", async () => {
  await using server = await startEchoServer();
  const client = await connect(server.url, { codec: frames });
  for (const one of SENT) {
    await client.send(one);
    expect((await client.receive()).value).toEqual(one);
  }
  await client.close();
});

test("the bytes of a frame are those of the page", () => {
  expect(frames.encode?.(frame(2, 7, 8))).toEqual(Uint8Array.of(2, 0, 0, 0, 2, 7, 8));
});

test.each([1, 2, 3, 5, 7, 313])("receives frames from messages of %i bytes", async (size) => {
  const bytes = Buffer.concat(SENT.map((one) => frames.encode?.(one) as Uint8Array));
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      for (let i = 0; i < bytes.length; i += size) ws.send(bytes.subarray(i, i + size));
      ws.close(1000);
    },
  });
  const received: Frame[] = [];
  for await (const one of await connect(server.url, { codec: frames })) received.push(one);
  expect(received).toEqual(SENT);
});

test("ends the connection at a frame that is larger than readLimit", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => ws.send(Uint8Array.of(1, 255, 255, 255, 255)),
  });
  const client = await connect(server.url, { codec: frames, readLimit: 1_000 });
  const { error } = await client.closed;
  expect(error).toMatchObject({ code: "MESSAGE_TOO_BIG", details: { limit: 1_000 } });
  expect((await server.connections[0]?.closed)?.code).toBe(1009);
});

test("ends the connection at a text message", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => ws.send("text"),
  });
  const client = await connect(server.url, { codec: frames });
  expect((await client.closed).error?.code).toBe("INVALID_MESSAGE");
  expect((await server.connections[0]?.closed)?.code).toBe(1007);
});

test("does not use the bytes of a lost connection", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      if (server.connections.length === 1) ws.send(Uint8Array.of(1, 0, 0), () => ws.terminate());
      else ws.send(frames.encode?.(frame(2, 7)) as Uint8Array);
    },
  });
  const client = reconnecting(server.url, { codec: frames });
  expect((await client.receive()).value).toEqual(frame(2, 7));
  await client.close();
});
