// @ts-check
// Tests of the observer with `node:test`: node --test examples/opentelemetry/observer.test.mjs
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { context, metrics, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { createContext } from "wschan";
import { reconnecting } from "wschan/reconnect";
import { TestServer } from "wschan/testing";
import { observeConnections } from "./observer.mjs";

const spanExporter = new InMemorySpanExporter();
const metricExporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const reader = new PeriodicExportingMetricReader({ exporter: metricExporter });
const meterProvider = new MeterProvider({ readers: [reader] });
const spanProcessors = [new SimpleSpanProcessor(spanExporter)];

// An application does this once, when it starts, with the exporters of its own.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
metrics.setGlobalMeterProvider(meterProvider);
const connections = createContext({ observe: observeConnections() });

const server = new TestServer("wss://api.example.com/*");

beforeEach(() => spanExporter.reset());
after(async () => {
  await server.close();
  await meterProvider.shutdown();
});

/** Returns the metrics since the last call: "name" or "name value-of-the-attribute", and the sum or the count. */
async function collectMetrics() {
  await reader.forceFlush();
  const exported = metricExporter.getMetrics();
  metricExporter.reset();
  const points = exported
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => [
        [descriptor.name, ...Object.values(attributes)].join(" "),
        typeof value === "number" ? value : value.count,
      ]),
    );
  return Object.fromEntries(points);
}

test("a connection has a span for its dial, below the active one, and a span of its own", async () => {
  const tracer = trace.getTracer("test");
  await tracer.startActiveSpan("request", async (span) => {
    const client = await connections.connect("wss://api.example.com/feed?token=secret");
    const peer = await server.accept();
    await client.send("hello");
    await peer.send("how are you?");
    await client.receive();
    await client.ping();
    await client.close();
    span.end();
  });
  const [dial, connection, request] = spanExporter.getFinishedSpans();
  assert.ok(dial && connection && request);
  assert.deepEqual(
    [dial.name, connection.name, request.name],
    ["wschan.dial", "wschan.connection", "request"],
  );
  assert.equal(dial.parentSpanContext?.spanId, request.spanContext().spanId);
  assert.equal(connection.parentSpanContext, undefined);
  assert.equal(connection.links[0]?.context.spanId, dial.spanContext().spanId);
  assert.equal(dial.attributes["url.full"], "wss://api.example.com/feed");
  assert.equal(connection.attributes["wschan.close.code"], 1000);
  assert.equal(connection.status.code, SpanStatusCode.UNSET);
  assert.deepEqual(await collectMetrics(), {
    "wschan.connections": 0,
    "wschan.messages in": 1,
    "wschan.messages out": 1,
    "wschan.bytes in": 12,
    "wschan.bytes out": 5,
    "wschan.round_trip": 1,
  });
});

test("a failed dial and a lost connection are errors", async () => {
  server.refuse({ status: 503 });
  await assert.rejects(connections.connect("wss://api.example.com/"));
  const client = await connections.connect("wss://api.example.com/");
  (await server.accept()).terminate();
  await client.closed;
  const [failed, dial, connection] = spanExporter.getFinishedSpans();
  assert.equal(failed?.attributes["error.type"], "HANDSHAKE_REJECTED");
  assert.equal(failed?.status.code, SpanStatusCode.ERROR);
  assert.equal(dial?.status.code, SpanStatusCode.UNSET);
  assert.equal(connection?.attributes["error.type"], "CONNECTION_LOST");
  await collectMetrics();
});

test("a slow consumer is a pause, of which the span has events", async () => {
  const client = await connections.connect("wss://api.example.com/", { channelCapacity: 1 });
  const peer = await server.accept();
  const sent = Promise.all(["1", "2", "3"].map((text) => peer.send(text)));
  for (let i = 0; i < 3; i++) await client.receive();
  await sent;
  await client.close();
  const { "wschan.pauses": pauses } = await collectMetrics();
  assert.equal(pauses, client.stats.timesPaused);
  assert.ok(pauses > 0);
  const connection = spanExporter.getFinishedSpans().at(-1);
  assert.deepEqual(
    connection?.events.slice(0, 2).map(({ name }) => name),
    ["pause", "resume"],
  );
});

test("a reconnecting client counts its retries and the messages that it loses", async () => {
  server.refuse({ status: 503 });
  const client = reconnecting("wss://api.example.com/", {
    context: connections,
    backoff: { min: 1, max: 1 },
    queue: { maxMessages: 1 },
  });
  void client.send("waits");
  void client.send("does not fit");
  const peer = await server.accept();
  await peer.expect("waits");
  await client.close();
  const { "wschan.retries HANDSHAKE_REJECTED": retries, "wschan.lost dropped": lost } =
    await collectMetrics();
  assert.deepEqual({ retries, lost }, { retries: 1, lost: 1 });
  const dials = spanExporter.getFinishedSpans().filter(({ name }) => name === "wschan.dial");
  assert.deepEqual(
    dials.map(({ attributes }) => attributes["wschan.attempt"]),
    [1, 2],
  );
});
