import { expect, test } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const FAST = { backoff: { min: 1, max: 5 } };

test("comes back and sends what waited, in order", async () => {
  await using server = await startEchoServer();
  const client = reconnecting(server.url, { ...FAST, marker: true });
  await client.send("1");
  expect(await client.receive()).toMatchObject({ value: { data: "1" } });
  (await server.connection(0)).ws.terminate();
  for await (const { type } of client.status())
    if (type === "waiting" || type === "connecting") break;
  const sends = ["2", "3"].map((text) => client.send(text));
  await Promise.all(sends);
  await client.flush();
  expect(await client.receive()).toMatchObject({ value: { type: "reconnected", attempt: 2 } });
  expect(await client.receive()).toMatchObject({ value: { data: "2" } });
  expect(await client.receive()).toMatchObject({ value: { data: "3" } });
  expect(client.state).toMatchObject({ type: "open", attempt: 2 });
  const info = await client.close(3000, "bye");
  expect(info).toMatchObject({ code: 3000, reason: "bye", clean: true, by: "local" });
  expect(client.state).toEqual({ type: "closed" });
  expect(await client.receive()).toEqual({ ok: false, value: undefined });
});
