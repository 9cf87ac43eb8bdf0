// Messages that are sent while no connection is open, and bufferedAmount.
import { beforeEach, describe, expect, vi } from "vitest";
import {
  checkTraces,
  echoServer,
  eventually,
  EventLog,
  quiet,
  rawServer,
  recordingServer,
  withoutJitter,
} from "./support.js";
import { promise } from "./subjects.js";

checkTraces();

// `partysocket` warns of messages that are sent after `close()`.
beforeEach(() => void vi.spyOn(console, "warn").mockReturnValue());

describe("what is sent before the first connection", () => {
  promise("waits, and goes out in order before what is sent later", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    socket.onopen = () => socket.send("in onopen");
    for (let i = 0; i < 100; i++) socket.send(String(i));
    const expected = [...Array.from({ length: 100 }, (_, i) => String(i)), "in onopen"];
    expect(await received(101)).toEqual(expected);
  });

  promise("keeps its type and its order, whatever it is", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    socket.send("text");
    socket.send(Uint8Array.of(1, 2, 3).buffer);
    socket.send(new Blob(["blob"]));
    socket.send(Uint8Array.of(0, 4, 5, 0).subarray(1, 3));
    socket.send(new DataView(Uint8Array.of(6, 7).buffer, 1));
    socket.send("");
    socket.send("ä€😀");
    expect(await received(7)).toEqual([
      "text",
      Buffer.of(1, 2, 3),
      Buffer.from("blob"),
      Buffer.of(4, 5),
      Buffer.of(7),
      "",
      "ä€😀",
    ]);
  });

  promise("is sent on a later attempt if the first ones fail", async ({ make }) => {
    let requests = 0;
    const server = await rawServer({
      onRequest: (connection) =>
        requests++ < 3 ? connection.refuse("503 Later") : connection.accept(),
    });
    const socket = make(server.url);
    socket.send("a");
    socket.send("b");
    const connection = await server.connection(3);
    expect((await connection.frame(1, 0)).payload.toString()).toBe("a");
    expect((await connection.frame(1, 1)).payload.toString()).toBe("b");
  });

  promise(
    "is copied: later changes of the bytes are not sent",
    async ({ make }) => {
      const { server, received } = await recordingServer();
      const socket = make(server.url);
      const bytes = Uint8Array.of(1, 2, 3);
      socket.send(bytes);
      bytes.fill(9);
      expect(await received(1)).toEqual([Buffer.of(1, 2, 3)]);
    },
    { partysocket: "keeps the view", "reconnecting-websocket": "keeps the view" },
  );

  promise("of another type becomes text, as by a WebSocket", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    socket.send(5 as never);
    expect(await received(1)).toEqual(["5"]);
  });
});

describe("what is sent between two connections", () => {
  promise("goes out on the next one, in order", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    socket.onclose = () => socket.send("in onclose");
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      socket.send(`${n}a`);
      await received(3 * n + 1);
      (await server.connection(n)).ws.close(1001);
      await events.next("close", n);
      expect(socket.readyState).not.toBe(socket.OPEN);
      socket.send(`${n}b`);
    }
    socket.onclose = null;
    expect(await received(9)).toEqual([
      ...["0a", "in onclose", "0b"],
      ...["1a", "in onclose", "1b"],
      ...["2a", "in onclose", "2b"],
    ]);
  });

  promise("goes out once", async ({ make }) => {
    const { server, messages, received } = await recordingServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    socket.send("once");
    await received(1);
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 3);
    socket.send("end");
    await received(2);
    expect(messages).toEqual(["once", "end"]);
  });
});

describe("maxEnqueuedMessages", () => {
  promise(
    "limits the queue: further messages are dropped without an exception",
    async ({ make }) => {
      const { server, messages, received } = await recordingServer();
      const socket = make(server.url, undefined, { maxEnqueuedMessages: 2 });
      const events = new EventLog(socket);
      for (const text of ["1", "2", "3", "4"]) socket.send(text);
      expect(socket.bufferedAmount).toBe(2);
      await events.next("open");
      // The limit is one of the queue: an open connection takes any number.
      for (const text of ["5", "6", "7"]) socket.send(text);
      await received(5);
      expect(messages).toEqual(["1", "2", "5", "6", "7"]);
    },
  );

  promise("of 0 drops all that is sent without a connection", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url, undefined, { maxEnqueuedMessages: 0 });
    const events = new EventLog(socket);
    socket.send("lost");
    expect(socket.bufferedAmount).toBe(0);
    await events.next("open");
    socket.send("sent");
    expect(await received(1)).toEqual(["sent"]);
  });

  promise("holds again after the queue was sent", async ({ make }) => {
    const { server, received } = await recordingServer();
    const socket = make(server.url, undefined, { maxEnqueuedMessages: 1 });
    const events = new EventLog(socket);
    socket.send("1");
    await received(1);
    (await server.connection()).ws.close(1001);
    await events.next("close");
    socket.send("2");
    socket.send("3");
    await events.next("open", 1);
    socket.send("4");
    expect(await received(3)).toEqual(["1", "2", "4"]);
  });
});

describe("bufferedAmount", () => {
  promise("counts the payloads of the queue", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    expect(socket.bufferedAmount).toBe(0);
    socket.send("12345");
    expect(socket.bufferedAmount).toBe(5);
    socket.send(new ArrayBuffer(100));
    expect(socket.bufferedAmount).toBe(105);
    socket.send(new Uint16Array(4));
    expect(socket.bufferedAmount).toBe(113);
    socket.send(new Blob(["123"]));
    expect(socket.bufferedAmount).toBe(116);
    await events.next("message", 3);
    expect(socket.bufferedAmount).toBe(0);
  });

  promise(
    "counts text in bytes of UTF-8",
    ({ make }) => {
      const socket = make("ws://127.0.0.1:1/");
      socket.send("ä€😀");
      expect(socket.bufferedAmount).toBe(9);
    },
    { partysocket: "counts UTF-16 units", "reconnecting-websocket": "counts UTF-16 units" },
  );

  promise("counts what the open connection has not sent", async ({ make }) => {
    const size = 32 * 2 ** 20;
    const server = await rawServer({
      onRequest(connection) {
        connection.socket.pause();
        connection.accept();
      },
    });
    const socket = make(server.url);
    await new EventLog(socket).next("open");
    socket.send(new Uint8Array(size));
    await new Promise(setImmediate);
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    expect(socket.bufferedAmount).toBeLessThanOrEqual(size + 14);
    (await server.connection()).onData = () => {};
    (await server.connection()).socket.resume();
    await eventually(() => socket.bufferedAmount === 0);
  });

  promise("counts the queue in the pause between two attempts", async ({ make }) => {
    withoutJitter();
    const server = await echoServer();
    const delays = { minReconnectionDelay: 100, maxReconnectionDelay: 100 };
    const socket = make(server.url, undefined, delays);
    const events = new EventLog(socket);
    await events.next("open");
    (await server.connection()).ws.close(1001);
    await events.next("close");
    socket.send("123");
    expect(socket.bufferedAmount).toBe(3);
    await events.next("message");
    expect(socket.bufferedAmount).toBe(0);
  });

  promise("goes on to climb after close()", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url);
    const events = new EventLog(socket);
    await events.next("open");
    socket.close();
    await events.next("close");
    const before = socket.bufferedAmount;
    socket.send("123");
    expect(socket.bufferedAmount).toBe(before + 3);
    socket.send("45");
    expect(socket.bufferedAmount).toBe(before + 5);
    await quiet();
    expect(server.sockets).toBe(1);
  });
});
