import { expect, test } from "vitest";
import { AcknowledgedSender } from "../../examples/recipes/at-least-once.js";
import { startTextServer } from "./text-server.js";

const numberOf = (text: string): number => (JSON.parse(text) as { number: number }).number;

test("a value resolves when it is acknowledged", async () => {
  await using server = await startTextServer((text, ws) =>
    ws.send(JSON.stringify({ ack: numberOf(text) })),
  );
  const sender = new AcknowledgedSender(server.url);
  await Promise.all([sender.send("a"), sender.send({ b: 1 })]);
  expect((await server.peer()).texts).toEqual([
    '{"number":1,"value":"a"}',
    '{"number":2,"value":{"b":1}}',
  ]);
  await sender.close();
});

test("values without an acknowledgement are sent again, in order, after a cut", async () => {
  let isFirst = true;
  await using server = await startTextServer((text, ws) => {
    // The first connection acknowledges number 1 only, and is cut after number 3.
    if (!isFirst || numberOf(text) === 1) ws.send(JSON.stringify({ ack: numberOf(text) }));
    if (isFirst && numberOf(text) === 3) {
      isFirst = false;
      ws.terminate();
    }
  });
  const sender = new AcknowledgedSender(server.url);
  await sender.send("a");
  await Promise.all([sender.send("b"), sender.send("c")]);
  expect((await server.peer(0)).texts.map(numberOf)).toEqual([1, 2, 3]);
  expect((await server.peer(1)).texts.map(numberOf)).toEqual([2, 3]);
  await sender.close();
});

test("values that are sent before a connection is open arrive once", async () => {
  await using server = await startTextServer((text, ws) =>
    ws.send(JSON.stringify({ ack: numberOf(text) })),
  );
  const sender = new AcknowledgedSender(server.url);
  await sender.send("before the connection is open");
  (await server.peer()).ws.terminate();
  await Promise.all([sender.send("b"), sender.send("c")]);
  await sender.close();
  expect((await server.peer(0)).texts.map(numberOf)).toEqual([1]);
  expect((await server.peer(1)).texts.map(numberOf)).toEqual([2, 3]);
});

test("close rejects what was not acknowledged", async () => {
  await using server = await startTextServer();
  const sender = new AcknowledgedSender(server.url);
  const sending = sender.send("a");
  await (await server.peer()).received(1);
  await sender.close();
  await expect(sending).rejects.toThrow("closed");
});

test("a value that JSON cannot represent rejects, and the next one arrives", async () => {
  await using server = await startTextServer((text, ws) =>
    ws.send(JSON.stringify({ ack: numberOf(text) })),
  );
  const sender = new AcknowledgedSender(server.url);
  await expect(sender.send(1n)).rejects.toThrow(TypeError);
  await sender.send("b");
  expect((await server.peer()).texts.map(numberOf)).toEqual([2]);
  await sender.close();
  await expect(sender.send("c")).rejects.toThrow("closed");
});
