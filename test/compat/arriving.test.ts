// Messages that arrive together with the handshake, or with the end of the connection.
import { describe, expect, test } from "vitest";
import { ReconnectingWebSocket, WebSocket } from "../../src/compat/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { closeFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";

checkLeaks();

const CLASSES = [
  ["WebSocket", WebSocket],
  ["ReconnectingWebSocket", ReconnectingWebSocket],
] as const;

describe.each(CLASSES)("%s", (_, Class) => {
  test("keeps the order of messages that arrive with the handshake", async () => {
    const numbers = Array.from({ length: 200 }, (__, n) => String(n));
    await using server = await startEchoServer({
      onConnection: ({ ws }) => {
        for (const text of numbers) ws.send(text);
      },
    });
    const socket = new Class(server.url);
    const received: unknown[] = [];
    await new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        if (received.push(data) === numbers.length) resolve();
      };
    });
    expect(received).toEqual(numbers);
    socket.close();
  });

  test("is open during each message that arrives together with the close frame", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        connection.socket.write(Buffer.concat([textFrame("a"), textFrame("b"), closeFrame(4000)]));
      },
    });
    const socket = new Class(server.url);
    const states: unknown[] = [];
    socket.onmessage = ({ data }) => states.push([data, socket.readyState]);
    await new Promise((resolve) => (socket.onclose = resolve));
    expect(states).toEqual([
      ["a", socket.OPEN],
      ["b", socket.OPEN],
    ]);
    socket.close();
  });

  test("closes within closeTimeout if the bytes of a Blob never arrive", async () => {
    await using server = await startEchoServer();
    class EndlessBlob extends Blob {
      override arrayBuffer(): Promise<ArrayBuffer> {
        return new Promise(() => {});
      }
    }
    const socket = new Class(server.url, [], { closeTimeout: 50 });
    await new Promise((resolve) => (socket.onopen = resolve));
    socket.send(new EndlessBlob(["x"]));
    socket.close(4000, "bye");
    await new Promise((resolve) => (socket.onclose = resolve));
    expect(await (await server.connection()).closed).toEqual({ code: 4000, reason: "bye" });
  });

  test.each(["Blob", "File"])("sends an object that is only called %s as text", async (name) => {
    await using server = await startEchoServer();
    const socket = new Class(server.url);
    await new Promise((resolve) => (socket.onopen = resolve));
    const message = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
    socket.send({ [Symbol.toStringTag]: name } as unknown as string);
    expect(await message).toBe(`[object ${name}]`);
    socket.close();
  });
});
