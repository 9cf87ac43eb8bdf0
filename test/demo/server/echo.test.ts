import { on, once } from "node:events";
import { describe, expect, test } from "vitest";
import { serveEcho } from "../../../examples/server/echo.mjs";
import { ms } from "../../helpers/time.js";
import { useDemoServer } from "./demo-server.js";
import { StubSocket } from "./stub-socket.js";

const { open } = useDemoServer();

describe("/echo", () => {
  test("sends text and binary messages back unchanged", async () => {
    const { ws } = await open("/echo");
    const messages = on(ws, "message");
    const sent = ["Hello", "", Buffer.from([0, 255, 1]), Buffer.alloc(0), "x".repeat(1024 * 1024)];
    for (const data of sent) ws.send(data);
    for (const data of sent) {
      const { value } = (await messages.next()) as { value: [Buffer, boolean] };
      expect(value[1]).toBe(typeof data !== "string");
      expect(value[0].equals(Buffer.from(data))).toBe(true);
    }
  });

  test("loses no message of a client that stops reading for a while", async () => {
    const { ws } = await open("/echo");
    const messages = on(ws, "message");
    ws.pause();
    for (let n = 0; n < 512; n++) {
      const data = Buffer.alloc(64 * 1024);
      data.writeUInt32BE(n);
      ws.send(data, { compress: false });
    }
    setTimeout(() => ws.resume(), ms(100));
    for (let n = 0; n < 512; n++) {
      const { value } = (await messages.next()) as { value: [Buffer, boolean] };
      expect(value[0].readUInt32BE()).toBe(n);
    }
  });

  test("stops reading from a client that is behind until it has caught up", () => {
    const socket = new StubSocket();
    serveEcho(socket.asWebSocket());
    socket.bufferedAmount = 1024 * 1024 + 1;
    socket.request({ n: 1 });
    socket.request({ n: 2 });
    expect(socket.isPaused).toBe(true);
    socket.flushed();
    expect(socket.isPaused).toBe(true);
    socket.bufferedAmount = 1024 * 1024;
    socket.flushed();
    expect(socket.isPaused).toBe(false);
    expect(socket.sent).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("answers a message over 1 MiB with 1009", async () => {
    const { ws } = await open("/echo");
    ws.send("x".repeat(1024 * 1024 + 1));
    expect((await once(ws, "close"))[0]).toBe(1009);
  });
});
