import { describe, expect, test, vi } from "vitest";
import { createHub } from "../../src/hub/node.js";
import { json } from "../../src/codec/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { until } from "../reconnect/support.js";
import { collect, open, sendNumbers, serve, textOf, URL, valuesOf } from "./support.js";

checkLeaks();

describe("when the client ends", () => {
  test.each([1000, 1001])("with %d, a loop ends after the last message", async (code) => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe();
    await sendNumbers(peer, 2);
    await peer.close(code);
    expect(await collect(subscription)).toEqual(["1", "2"]);
    expect(await subscription.receive()).toEqual({ ok: false, value: undefined });
  });

  test("by close(), a loop ends", async () => {
    const { hub, client } = await open();
    const loop = collect(hub.subscribe());
    await client.close();
    expect(await loop).toEqual([]);
  });

  test("with an error, a loop throws it after the last message, and so does one over unclaimed", async () => {
    const { hub, peer, client } = await open();
    const subscription = hub.subscribe((message) => textOf(message) === "1");
    await sendNumbers(peer, 2);
    await peer.close(4000, "bye");
    const { error } = await client.closed;
    expect(textOf((await subscription.receive()).value)).toBe("1");
    expect(await failure(collect(subscription))).toBe(error);
    expect(textOf((await hub.unclaimed.receive()).value)).toBe("2");
    expect(await failure(collect(hub.unclaimed))).toBe(error);
  });

  test("a full subscription still gets every message", async () => {
    const { hub, peer, client } = await open();
    const subscription = hub.subscribe(undefined, { capacity: 1 });
    await sendNumbers(peer, 5);
    await peer.close();
    await client.closed;
    expect(await collect(subscription)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("a later subscription has ended in the same way", async () => {
    const { hub, peer, client } = await open();
    await peer.close(4000);
    const { error } = await client.closed;
    await vi.waitFor(() => expect(hub.unclaimed.closed).toBe(true));
    expect(await failure(collect(hub.subscribe()))).toBe(error);
    expect(await failure(collect(createHub(client).subscribe()))).toBe(error);
  });

  test("requests reject with CLOSED, and the error as its cause", async () => {
    const { hub, peer, client } = await open();
    const reply = hub.request("q", { match: () => true });
    await peer.receive();
    await peer.close(4000);
    const error = await failure(reply);
    expect(error).toMatchObject({ code: "CLOSED", retryable: false });
    expect(error.cause).toBe((await client.closed).error);
    expect(await failureCode(hub.request("q", { match: () => true }))).toBe("CLOSED");
  });
});

describe("hub.close()", () => {
  test("ends subscriptions and requests, and the client receives by itself again", async () => {
    const { hub, peer, client } = await open();
    const full = hub.subscribe(undefined, { capacity: 1 });
    const loop = collect(hub.subscribe(() => false));
    const reply = hub.request("q", { match: () => false });
    await sendNumbers(peer, 3);
    await vi.waitFor(() => expect(full.length).toBe(1));
    hub.close();
    hub.close();
    expect(await loop).toEqual([]);
    expect(await failure(reply)).toMatchObject({ code: "CLOSED", retryable: false });
    const texts = await collect(full);
    await peer.close();
    // While the request waited, the hub has read on.
    expect([...texts, ...(await collect(client))]).toEqual(["1", "2", "3"]);
    expect(hub.subscribe().closed).toBe(true);
    expect(await failureCode(hub.request("q", { match: () => true }))).toBe("CLOSED");
  });

  test("leaves to the client what a full subscription has held back", async () => {
    const { hub, peer, client } = await open();
    const full = hub.subscribe(undefined, { capacity: 1 });
    await sendNumbers(peer, 3);
    await vi.waitFor(() => expect(full.length).toBe(1));
    hub.close();
    await peer.close();
    expect(await collect(full)).toEqual(["1"]);
    expect(await collect(client)).toEqual(["2", "3"]);
  });

  test("is called by using", async () => {
    const { client } = await open();
    let ended;
    {
      using hub = createHub(client);
      ended = hub.subscribe();
    }
    expect(ended.closed).toBe(true);
  });
});

describe("over a reconnecting client", () => {
  test("subscriptions outlive connections, and end as the client ends", async () => {
    const server = serve();
    const client = reconnecting(URL, { backoff: { min: 1, max: 1 }, marker: true });
    const hub = createHub(client);
    const all = hub.subscribe();
    const markers = hub.subscribe(({ type }) => type === "reconnected");
    const first = await server.accept();
    await first.send("1");
    expect((await all.receive()).value).toMatchObject({ data: "1" });
    first.terminate();
    const second = await server.accept();
    await until(client, "open");
    await second.send("2");
    expect((await markers.receive()).value).toMatchObject({ type: "reconnected", attempt: 2 });
    expect((await all.receive()).value).toMatchObject({ type: "reconnected" });
    expect((await all.receive()).value).toMatchObject({ data: "2" });
    await second.close(1008, "not you");
    const { error } = await client.closed;
    expect(await failure(valuesOf(all))).toBe(error);
  });

  test("a request rejects with a retryable CLOSED when its connection is lost", async () => {
    const server = serve();
    const client = reconnecting(URL, { backoff: { min: 1, max: 1 } });
    const hub = createHub(client);
    const reply = hub.request("q1", { match: () => true });
    const first = await server.accept();
    expect(await first.receive()).toMatchObject({ value: { data: "q1" } });
    first.terminate();
    expect(await failure(reply)).toMatchObject({ code: "CLOSED", retryable: true });
    // One that could not be sent waits for the next connection.
    const next = hub.request("q2", { match: (message) => textOf(message as never) === "r2" });
    const second = await server.accept();
    await second.expect("q2");
    await second.send("r2");
    expect(await next).toMatchObject({ data: "r2" });
    await client.close();
  });

  test("a reply that arrived before the loss counts, although a subscription is full", async () => {
    const server = serve();
    const client = reconnecting(URL, { backoff: { min: 1, max: 1 }, codec: json<number>() });
    const hub = createHub(client);
    const full = hub.subscribe((n) => n > 0, { capacity: 1 });
    const first = await server.accept();
    await until(client, "open");
    const reply = hub.request(0, { match: (n) => n === 0 });
    await first.expect("0");
    for (const text of ["1", "2", "3", "0"]) await first.send(text);
    first.terminate();
    expect(await reply).toBe(0);
    for (const n of [1, 2, 3]) expect((await full.receive()).value).toBe(n);
    await client.close();
  });

  test("a lost connection does not fill a subscription beyond its capacity", async () => {
    const server = serve();
    const client = reconnecting(URL, { backoff: { min: 1, max: 1 } });
    const full = createHub(client).subscribe(undefined, { capacity: 1 });
    for (let i = 0; i < 5; i++) {
      const peer = await server.accept();
      await until(client, "open");
      await sendNumbers(peer, 3);
      peer.terminate();
      await until(client, "waiting");
    }
    expect([full.length, client.channel().length]).toEqual([1, 14]);
    await client.close();
  });

  test("a filter that changes subscriptions during a loss does not reorder messages", async () => {
    const server = serve();
    const client = reconnecting(URL, { backoff: { min: 1, max: 1 } });
    const hub = createHub(client);
    const all = hub.subscribe(undefined, { capacity: 2 });
    const first = await server.accept();
    await until(client, "open");
    const lost = failure(hub.request("q", { match: () => false }));
    hub.subscribe((message) => {
      if (textOf(message) === "2") hub.subscribe().unsubscribe();
      return false;
    });
    await first.expect("q");
    await sendNumbers(first, 6);
    first.terminate();
    expect((await lost).code).toBe("CLOSED");
    for (const text of ["1", "2", "3", "4", "5", "6"]) {
      expect((await all.receive()).value).toMatchObject({ data: text });
    }
    await client.close();
  });
});
