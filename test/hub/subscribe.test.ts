import { describe, expect, test, vi } from "vitest";
import { createHub } from "../../src/hub/node.js";
import { after, select } from "../../src/node.js";
import { json } from "../../src/codec/node.js";
import { connect } from "../../src/node.js";
import type { Message, TextMessage } from "../../src/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { collect, numbers, open, sendNumbers, serve, textOf, URL, valuesOf } from "./support.js";

checkLeaks();

const isText = (message: Message): message is TextMessage => message.type === "text";

describe("subscribe", () => {
  test("gives each message to every subscription that it matches", async () => {
    const { hub, peer } = await open();
    const all = hub.subscribe();
    const texts = hub.subscribe(isText);
    const none = hub.subscribe(() => false);
    await peer.send("1");
    await peer.send(new Uint8Array([2]));
    await peer.send("3");
    await peer.close();
    expect((await valuesOf(all)).map(({ type }) => type)).toEqual(["text", "binary", "text"]);
    expect(await collect(texts)).toEqual(["1", "3"]);
    expect(await collect(none)).toEqual([]);
  });

  test("gets messages that had arrived before the hub was created", async () => {
    const server = serve();
    const client = await connect(URL);
    const peer = await server.accept();
    await sendNumbers(peer, 3);
    await vi.waitFor(() => expect(client.channel().length).toBe(3));
    const hub = createHub(client);
    const first = hub.subscribe();
    const second = hub.subscribe();
    await peer.close();
    expect(await collect(first)).toEqual(["1", "2", "3"]);
    expect(await collect(second)).toEqual(["1", "2", "3"]);
    expect(hub.unclaimed.length).toBe(0);
  });

  test("does not get messages that arrived before it", async () => {
    const { hub, peer } = await open();
    const first = hub.subscribe();
    await peer.send("1");
    expect(textOf((await first.receive()).value)).toBe("1");
    const second = hub.subscribe();
    await peer.send("2");
    await peer.close();
    expect(await collect(second)).toEqual(["2"]);
  });

  test("returns a channel: it can be received from, tried, and selected", async () => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe();
    expect(subscription.tryReceive()).toBeUndefined();
    expect(subscription).toMatchObject({ capacity: 32, length: 0, closed: false, dropped: 0 });
    await sendNumbers(peer, 2);
    expect(textOf((await subscription.receive({ timeout: 1_000 })).value)).toBe("1");
    const timer = after("5s");
    const selected = await select([timer.caseReceive(), subscription.caseReceive()]);
    expect(selected.index).toBe(1);
    expect(await failureCode(subscription.receive({ timeout: 0 }))).toBe("RECEIVE_TIMEOUT");
  });

  test("shares the values of a codec", async () => {
    const server = serve();
    const client = await connect(URL, { codec: json<{ n: number }>() });
    const peer = await server.accept();
    const hub = createHub(client);
    const small = hub.subscribe(({ n }) => n < 2);
    const all = hub.subscribe();
    await peer.send('{"n":1}');
    await peer.send('{"n":2}');
    await peer.close();
    const values = await valuesOf(all);
    expect(values).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await valuesOf(small)).toEqual([values[0]]);
  });

  test.each([
    ["filter", () => [5]],
    ["capacity 0", () => [undefined, { capacity: 0 }]],
    ["capacity 2^32", () => [undefined, { capacity: 2 ** 32 }]],
    ["capacity 1.5", () => [undefined, { capacity: 1.5 }]],
    ["whenFull", () => [undefined, { whenFull: "block" }]],
    ["an unknown option", () => [undefined, { size: 5 }]],
  ])("rejects a wrong %s", async (_, args) => {
    const { hub } = await open();
    const [filter, options] = args() as never[];
    expect(await failureCode(() => hub.subscribe(filter, options))).toBe("INVALID_OPTION");
  });

  test.each([1, 2 ** 32 - 1])("accepts capacity %d", async (capacity) => {
    const { hub } = await open();
    expect(hub.subscribe(undefined, { capacity }).capacity).toBe(capacity);
  });
});

describe("a filter that throws", () => {
  test("ends its own subscription with the exception, and nothing else", async () => {
    const { hub, peer, client } = await open();
    const cause = new Error("no such field");
    const broken = hub.subscribe((message) => {
      if (textOf(message) === "2") throw cause;
      return true;
    });
    const other = hub.subscribe();
    await sendNumbers(peer, 3);
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const message of broken) seen.push(textOf(message));
      })(),
    ).rejects.toBe(cause);
    expect(seen).toEqual(["1"]);
    expect(client.state).toBe("open");
    await peer.close();
    expect(await collect(other)).toEqual(["1", "2", "3"]);
  });

  test.each([["text"], [0]])("%j, which is no Error, ends it with one", async (thrown) => {
    const { hub, peer } = await open();
    const broken = hub.subscribe(() => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw thrown;
    });
    await peer.send("x");
    expect(await failure(valuesOf(broken))).toMatchObject({
      code: "INVALID_OPTION",
      cause: thrown,
    });
  });

  test("leaves a message that nobody else matched to unclaimed", async () => {
    const { hub, peer } = await open();
    hub.subscribe(() => {
      throw new Error("always");
    });
    await peer.send("x");
    expect(textOf((await hub.unclaimed.receive()).value)).toBe("x");
  });
});

describe("a filter that changes the subscriptions", () => {
  test("may end its own, and others", async () => {
    const { hub, peer } = await open();
    const own = hub.subscribe(() => {
      own.unsubscribe();
      other.unsubscribe();
      return true;
    });
    const other = hub.subscribe();
    await sendNumbers(peer, 2);
    await peer.close();
    expect(await collect(own)).toEqual([]);
    expect(await collect(other)).toEqual([]);
  });

  test("may close the hub", async () => {
    const { hub, peer, client } = await open();
    hub.subscribe((message) => {
      if (textOf(message) === "2") hub.close();
      return false;
    });
    await sendNumbers(peer, 3);
    await peer.close();
    expect(await collect(client)).toEqual(["3"]);
  });
});

describe("unclaimed", () => {
  test("has the last 32 messages that nobody took", async () => {
    const { hub, peer } = await open();
    const even = hub.subscribe((message) => Number(textOf(message)) % 2 === 0, {
      whenFull: "drop-oldest",
      capacity: 1,
    });
    await sendNumbers(peer, 100);
    await peer.close();
    expect(await collect(hub.unclaimed)).toEqual(
      numbers(1, 100).filter((text) => Number(text) % 2 === 1 && Number(text) > 36),
    );
    expect(hub.unclaimed.dropped).toBe(50 - 32);
    expect(even.dropped).toBe(49);
  });
});

describe("unsubscribe", () => {
  test("ends the subscription after what it has received", async () => {
    const { hub, peer } = await open();
    const subscription = hub.subscribe();
    const waiting = hub.subscribe(() => false).receive();
    await sendNumbers(peer, 2);
    await vi.waitFor(() => expect(subscription.length).toBe(2));
    subscription.unsubscribe();
    subscription.unsubscribe();
    await peer.send("3");
    expect(await collect(subscription)).toEqual(["1", "2"]);
    expect(textOf((await hub.unclaimed.receive()).value)).toBe("3");
    hub.close();
    expect(await waiting).toEqual({ ok: false, value: undefined });
  });

  test("of a full subscription takes nothing more, and lets the hub go on", async () => {
    const { hub, peer } = await open();
    const full = hub.subscribe(undefined, { capacity: 2 });
    await sendNumbers(peer, 10);
    await vi.waitFor(() => expect(full.length).toBe(2));
    full.unsubscribe();
    expect(await hub.unclaimed.receive()).toMatchObject({ value: { data: "3" } });
    expect(full.length).toBe(2);
    expect(hub.unclaimed.length).toBe(7);
  });

  test("is called by using", async () => {
    const { hub } = await open();
    let ended;
    {
      using subscription = hub.subscribe();
      ended = subscription;
    }
    expect(ended.closed).toBe(true);
  });
});

describe("createHub", () => {
  test("returns the same hub while it is open, and a new one afterwards", async () => {
    const { client, hub } = await open();
    expect(createHub(client)).toBe(hub);
    hub.close();
    const next = createHub(client);
    expect(next).not.toBe(hub);
    expect(createHub(client)).toBe(next);
  });

  test.each([undefined, null, 5, {}, new EventTarget()])("rejects %o", async (client) => {
    const error = await failure(() => createHub(client as never));
    expect(error.code).toBe("INVALID_OPTION");
    expect(error.message).toMatch(/^createHub: client must be a client of connect or reconnecting/);
  });
});
