import { describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { FAST_OPTIONS, until } from "./support.js";

checkLeaks();

describe("onConnect", () => {
  test("runs on each connection before queued messages are sent", async () => {
    await using server = await startEchoServer();
    const calls: unknown[] = [];
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      async onConnect(connection, info) {
        calls.push(info);
        expect(client.state.type).toBe("connecting");
        expect(client.connection).toBeUndefined();
        await connection.send("auth");
        expect(await connection.receive()).toMatchObject({ value: { data: "auth" } });
      },
    });
    void client.send("1");
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    (await server.connection()).ws.terminate();
    await until(client, "waiting");
    void client.send("2");
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    expect(calls).toEqual([
      { attempt: 1, resumed: false },
      { attempt: 2, resumed: true },
    ]);
    await client.close();
  });

  test("leaves messages that it does not receive to the channel, in order", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ["ok", "1", "2"].forEach((text) => ws.send(text)),
    });
    const client = reconnecting(server.url, { onConnect: (connection) => connection.receive() });
    expect(await client.receive()).toMatchObject({ value: { data: "1" } });
    expect(await client.receive()).toMatchObject({ value: { data: "2" } });
    await client.close();
  });

  test("fails the attempt if it rejects, and its connection ends", async () => {
    await using server = await startEchoServer();
    const onConnect = vi.fn(() => Promise.reject(new Error("no")));
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect, maxAttempts: 2 });
    const { error } = await client.closed;
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { cause: { message: "no" } } });
    expect(onConnect).toHaveBeenCalledTimes(2);
    for (const { closed } of server.connections) expect((await closed).code).toBe(1006);
  });

  test("fails the attempt if it takes longer than dialTimeout", async () => {
    await using server = await startEchoServer();
    const onConnect = () => new Promise(() => {});
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect, dialTimeout: ms(200) });
    expect((await until(client, "waiting")).error.code).toBe("DIAL_TIMEOUT");
    await client.close();
  });

  test("that has failed once does not affect the errors of later connections", async () => {
    await using server = await startEchoServer();
    let calls = 0;
    const onConnect = () => (++calls === 1 ? Promise.reject(new Error("no")) : undefined);
    const client = reconnecting(server.url, { ...FAST_OPTIONS, onConnect });
    await until(client, "open");
    (await server.connection(1)).ws.close(1001);
    expect((await until(client, "waiting")).error.code).toBe("CLOSED_BY_PEER");
    await client.close();
  });

  test("fails with the server's close if the server closes meanwhile", async () => {
    await using server = await startEchoServer({
      onConnection: ({ ws }) => ws.close(1008, "bad token"),
    });
    const client = reconnecting(server.url, {
      ...FAST_OPTIONS,
      async onConnect(connection) {
        const { ok } = await connection.receive();
        if (!ok) throw new Error("it ended");
      },
    });
    expect((await client.closed).error).toMatchObject({
      code: "CLOSED_BY_PEER",
      details: { closeCode: 1008, reason: "bad token" },
    });
  });
});
