import { expect, test } from "vitest";
import { connect } from "wschan";
import { reconnecting } from "wschan/reconnect";
import { ConnectionMetrics, logLine } from "../../examples/recipes/metrics.js";
import { startEchoServer } from "../helpers/echo-server.js";

test("counts connections, failures, closes, retries, messages and losses", async () => {
  await using server = await startEchoServer();
  const metrics = new ConnectionMetrics();
  const { observe } = metrics;
  await expect(connect("ws://127.0.0.1:1/", { observe })).rejects.toThrow();
  const closed = await connect(server.url, { observe });
  await closed.send("one");
  await closed.receive();
  await closed.close();

  const client = reconnecting(server.url, { observe });
  await client.flush();
  (await server.connection(1)).ws.terminate();
  await server.connection(2);
  await client.flush();
  expect(String(metrics).trimEnd().split("\n").sort()).toEqual(
    [
      'ws_dial_failures_total{code="DIAL_FAILED"} 1',
      "ws_opened_total 3",
      "ws_open_connections 1",
      'ws_closed_total{code="1000"} 1',
      'ws_closed_total{code="1006"} 1',
      "ws_messages_received_total 1",
      "ws_messages_sent_total 1",
      "ws_retries_total 1",
    ].sort(),
  );
  await client.suspend();
  void client.send("never sent");
  await client.close();
  expect(String(metrics)).toContain('ws_lost_messages_total{reason="closed"} 1\n');
  expect(String(metrics)).toContain("ws_open_connections 0\n");
});

test("makes a line for each event but messages, pings and pauses, without secrets", async () => {
  await using server = await startEchoServer();
  const lines: (string | undefined)[] = [];
  const client = reconnecting(`${server.url}?token=secret`, {
    observe: (event) => lines.push(logLine(event)),
    observeMessages: true,
  });
  const first = await server.connection();
  await client.flush();
  await client.ping();
  first.ws.terminate();
  await server.connection(1);
  await client.flush();
  await client.close();
  expect(lines.filter((line) => line !== undefined)).toEqual([
    expect.stringMatching(/^connected to ws:\/\/127\.0\.0\.1:\d+\/ after \d+ ms$/),
    "closed with 1006",
    expect.stringMatching(/^attempt 2 in \d+ ms$/),
    expect.stringMatching(/^connected to /),
    "closed with 1000",
  ]);
  expect(lines.join()).not.toContain("secret");
});
