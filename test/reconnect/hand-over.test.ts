import { describe, expect, onTestFinished, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { closeFrame, OPCODE, textFrame, frame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { answerPings, open, receiveNumbers } from "./rotation-support.js";
import { numbersTo, startSessionServer } from "./session-server.js";
import { FAST_OPTIONS, until } from "./support.js";

checkLeaks();

describe("the hand-over", () => {
  test("delivers what the server sends before it answers the close frame, and then the rest", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    second.write(textFrame("4"), textFrame("5"));
    await first.closeFrame();
    await client.send("over the new connection");
    expect((await second.frame(OPCODE.TEXT)).payload.toString()).toBe("over the new connection");
    first.write(textFrame("1"), textFrame("2"), textFrame("3"));
    first.write(closeFrame(1000));
    first.socket.end();
    expect(await receiveNumbers(client, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("sends over the new connection only after the pong of the old one", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    await client.send("old");
    client.reconnect();
    const second = await server.connection(1);
    answerPings(second);
    const ping = await first.frame(OPCODE.PING);
    const sent = client.send("new");
    const flushed = client.flush();
    expect(second.frames.filter(({ opcode }) => opcode === OPCODE.TEXT)).toEqual([]);
    first.write(frame({ opcode: OPCODE.PONG, payload: ping.payload }));
    await Promise.all([sent, flushed, second.frame(OPCODE.TEXT), first.closeFrame()]);
    expect(first.frames.map(({ opcode }) => opcode)).toEqual([
      OPCODE.TEXT,
      OPCODE.PING,
      OPCODE.CLOSE,
    ]);
  });

  test("sends what waits for the pong before close() closes the connection", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const { client } = await open(server.url);
    const first = await server.connection(0);
    client.reconnect();
    await first.frame(OPCODE.PING);
    for (const connection of server.connections) {
      connection.onFrame = ({ opcode }) => {
        if (opcode === OPCODE.CLOSE) connection.socket.end(closeFrame(3000));
      };
    }
    const sent = client.send("last");
    expect(await client.close(3000)).toMatchObject({ code: 3000, clean: true });
    await sent;
    expect(first.frames.map(({ opcode }) => opcode)).toEqual([
      OPCODE.PING,
      OPCODE.TEXT,
      OPCODE.CLOSE,
    ]);
  });

  test("keeps a connection whose server reads nothing while its own writes block", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
        if (server.connections.length === 1) connection.socket.pause();
      },
    });
    const { client } = await open(server.url, { closeTimeout: 100, keepAlive: false });
    const first = await server.connection(0);
    const sent = client.send(new Uint8Array(16 * 2 ** 20));
    const pump = setInterval(() => first.write(textFrame("0")), 10);
    onTestFinished(() => clearInterval(pump));
    const old = client.connection;
    client.reconnect();
    const second = await server.connection(1);
    // The attempt is given up, because nothing proves that the old connection is dead.
    await second.closed;
    expect(client.connection).toBe(old);
    first.socket.resume();
    await sent;
  });

  test("reports an error of the old connection while its server has not answered the ping", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        if (server.connections.length > 1) answerPings(connection);
      },
    });
    const { client } = await open(server.url, { readLimit: 10, shouldRetry: () => true });
    const first = await server.connection(0);
    client.reconnect();
    await first.frame(OPCODE.PING);
    first.write(textFrame("longer than the limit"));
    expect((await until(client, "waiting")).error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("gives up an old connection that shows no life for closeTimeout", async () => {
    await using server = await startRawServer({ onRequest: (connection) => connection.accept() });
    const closeTimeout = ms(100);
    const { client, statuses } = await open(server.url, { closeTimeout, keepAlive: false });
    const first = await server.connection(0);
    client.reconnect();
    const second = await server.connection(1);
    answerPings(second);
    await first.frame(OPCODE.PING);
    const start = performance.now();
    await client.send("new");
    expect(performance.now() - start).toBeLessThan(20 * closeTimeout);
    await second.frame(OPCODE.TEXT);
    await first.closed;
    expect(statuses).toEqual(["open"]);
  });

  test("cuts an old connection that never stops sending after the close frame", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url, { closeTimeout: 50 });
    const first = await server.connection(0);
    client.reconnect();
    await first.closeFrame();
    const pump = setInterval(() => first.write(textFrame("0")), 5);
    onTestFinished(() => clearInterval(pump));
    const second = await server.connection(1);
    second.write(textFrame("last"));
    let data;
    while (data !== "last") ({ data } = (await client.receive()).value ?? {});
    await first.closed;
  });

  test("reads a backlog of the old connection at the pace of its consumer, and loses nothing", async () => {
    const session = await startSessionServer();
    const { client } = await open(session.server.url, { closeTimeout: 100 });
    session.send(5_000);
    client.reconnect();
    await session.server.connection(1);
    session.send(100);
    // Longer than closeTimeout, which must not cut a connection that this side has paused.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await receiveNumbers(client, 5_100)).toEqual(numbersTo(5_100));
  });

  test("delivers the backlogs of both connections, which together exceed bufferLimit", async () => {
    const filler = " ".repeat(1_500);
    let number = 0;
    const session = await startSessionServer(({ ws }) => {
      for (let i = 0; i < 16; i++) ws.send(`${++number}${filler}`);
    });
    const { client } = await open(session.server.url, { bufferLimit: 65_536 });
    const old = client.connection;
    await vi.waitFor(() => expect(old?.stats.messagesReceived).toBe(16));
    client.reconnect();
    const second = await session.server.connection(1);
    await old?.closed;
    expect(await receiveNumbers(client, 32)).toEqual(numbersTo(32));
    expect(second.ws.readyState).toBe(second.ws.OPEN);
  });

  test("does not block a consumer that awaits its sends", async () => {
    const session = await startSessionServer();
    const { client } = await open(session.server.url, { bufferLimit: 262_144, closeTimeout: 200 });
    const filler = " ".repeat(1_000);
    const { ws } = await session.server.connection(0);
    for (let i = 1; i <= 500; i++) ws.send(String(i) + filler);
    client.reconnect();
    await session.server.connection(1);
    for (let i = 1; i <= 500; i++) {
      expect(Number((await client.receive()).value?.data)).toBe(i);
      await client.send(String(i));
    }
    await vi.waitFor(() => expect(session.received).toEqual(numbersTo(500)));
  });

  test("connects again with the error of a message that the old connection could not deliver", async () => {
    await using server = await startRawServer({
      onRequest: (connection) => {
        connection.accept();
        answerPings(connection);
      },
    });
    const { client } = await open(server.url, { readLimit: 10, shouldRetry: () => true });
    const first = await server.connection(0);
    client.reconnect();
    await first.closeFrame();
    first.write(frame({ opcode: OPCODE.TEXT, payload: "longer than the limit" }));
    first.write(closeFrame(1000));
    expect((await until(client, "waiting")).error.code).toBe("MESSAGE_TOO_BIG");
  });

  test("puts a marker between the messages of both connections", async () => {
    const session = await startSessionServer();
    const client = reconnecting(session.server.url, { ...FAST_OPTIONS, marker: true });
    onTestFinished(() => client.terminate());
    await until(client, "open");
    session.send(1);
    client.reconnect();
    await session.server.connection(1);
    session.send(1);
    await vi.waitFor(() => expect(session.server.connections[0]?.ws.readyState).toBe(3));
    expect((await client.receive()).value).toMatchObject({ data: "1" });
    expect((await client.receive()).value).toEqual({ type: "reconnected", attempt: 1, gap: 0 });
    expect((await client.receive()).value).toMatchObject({ data: "2" });
  });
});
