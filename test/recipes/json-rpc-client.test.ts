import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { BankClient } from "../../examples/recipes/json-rpc-client.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { ms } from "../helpers/time.js";

checkLeaks();

interface Call {
  readonly id?: number;
  readonly method: string;
  readonly params: unknown;
}

/** Starts a service. `handle` gets each call, with functions to answer it and to send a notification. */
function startService(
  handle: (
    call: Call,
    ws: WebSocket,
    reply: (outcome: object) => void,
    notify: (params: object) => void,
  ) => void,
): Promise<EchoServer> {
  return startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      const send = (value: object) => ws.send(JSON.stringify({ jsonrpc: "2.0", ...value }));
      ws.on("message", (data: Buffer) => {
        const call = JSON.parse(data.toString()) as Call;
        const reply = (outcome: object) => send({ id: call.id, ...outcome });
        handle(call, ws, reply, (params) => send({ method: "changed", params }));
      });
    },
  });
}

test("sends a balance call again if the connection is cut, but not a transfer", async () => {
  let calls = 0;
  await using server = await startService(({ method }, ws, reply) => {
    calls++;
    if (method === "transfer" || calls === 1) ws.terminate();
    else reply({ result: 5 });
  });
  const bank = new BankClient(server.url);
  expect(await bank.balance("a")).toBe(5);
  expect(calls).toBe(2);
  const error = await failure(bank.transfer("a", "b", 1));
  expect(error).toMatchObject({ code: "CLOSED", retryable: true });
  expect(await bank.balance("a")).toBe(5);
  expect(calls).toBe(4);
  await bank.close();
});

test("fails a call that has waited too long for a connection", async () => {
  const bank = new BankClient(`ws://127.0.0.1:${await freePort()}/`, ms(50));
  expect((await failure(bank.transfer("a", "b", 1))).code).toBe("CHANNEL_TIMEOUT");
  await bank.close();
});

test("returns undefined for a refused transfer, and throws any other error", async () => {
  await using server = await startService(({ params }, _ws, reply) => {
    const { amount } = params as { amount: number };
    if (amount > 100) reply({ error: { code: 1, message: "insufficient funds" } });
    else if (amount < 0) reply({ error: { code: -32_602, message: "invalid amount" } });
    else reply({ result: { id: "t1" } });
  });
  const bank = new BankClient(server.url);
  expect(await bank.transfer("a", "b", 1)).toBe("t1");
  expect(await bank.transfer("a", "b", 1_000)).toBeUndefined();
  const error = await failure(bank.transfer("a", "b", -1));
  expect(error).toMatchObject({ code: "RPC_ERROR", details: { rpc: { code: -32_602 } } });
  await bank.close();
});

test("delivers notifications to a channel", async () => {
  await using server = await startService(({ id, method, params }, _ws, _reply, notify) => {
    expect([id, method, params]).toEqual([undefined, "watch", ["a"]]);
    for (const balance of [1, 2]) notify({ account: "a", balance });
  });
  const bank = new BankClient(server.url);
  const changes = bank.watch("a");
  expect((await changes.receive()).value).toEqual({ account: "a", balance: 1 });
  expect((await changes.receive()).value).toEqual({ account: "a", balance: 2 });
  await bank.close();
});
