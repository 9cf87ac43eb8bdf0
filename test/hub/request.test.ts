import { describe, expect, onTestFinished, test, vi } from "vitest";
import { json } from "../../src/codec/node.js";
import { createHub } from "../../src/hub/node.js";
import { connect } from "../../src/node.js";
import type { TextMessage } from "../../src/node.js";
import { TestClock } from "../../src/testing/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { ms } from "../helpers/time.js";
import { collect, numbers, open, sendNumbers, serve, textOf, URL } from "./support.js";

checkLeaks();

interface Numbered {
  readonly id: number;
}

describe("request", () => {
  test("sends, and resolves with the first match, which no subscription gets", async () => {
    const { hub, peer } = await open();
    const all = hub.subscribe();
    const reply = hub.request("q", {
      match: (message): message is TextMessage => textOf(message) === "r",
    });
    await peer.expect("q");
    for (const text of ["1", "r", "2"]) await peer.send(text);
    expect((await reply).data).toBe("r");
    await peer.close();
    expect(await collect(all)).toEqual(["1", "2"]);
    expect(hub.unclaimed.length).toBe(0);
  });

  test("with share, subscriptions get the reply, too, and unclaimed does not", async () => {
    const { hub, peer } = await open();
    const all = hub.subscribe();
    const reply = hub.request("q", { match: () => true, share: true });
    await peer.expect("q");
    await peer.send("r");
    await reply;
    all.unsubscribe();
    expect(await collect(all)).toEqual(["r"]);
    const second = hub.request("q", { match: () => true, share: true });
    await peer.send("r");
    await second;
    expect(hub.unclaimed.length).toBe(0);
  });

  test("is not answered by what had arrived before", async () => {
    const { hub, peer, client } = await open();
    const full = hub.subscribe(undefined, { capacity: 1 });
    await sendNumbers(peer, 3);
    await vi.waitFor(() => expect(client.channel().length).toBe(2));
    const reply = hub.request("q", { match: () => true });
    await peer.expect("q");
    await peer.send("r");
    expect(textOf(await reply)).toBe("r");
    full.unsubscribe();
    expect(await collect(full)).toEqual(["1", "2", "3"]);
  });

  test("answers a consumer that awaits a reply for each message, whatever is before the reply", async () => {
    const { hub, peer } = await open();
    const events = hub.subscribe((message) => textOf(message) !== "r", { capacity: 2 });
    await sendNumbers(peer, 100);
    const answering = (async () => {
      while ((await peer.receive()).ok) {
        await sendNumbers(peer, 10);
        await peer.send("r");
      }
    })();
    for (const text of numbers(1, 100)) {
      expect(textOf((await events.receive()).value)).toBe(text);
      await hub.request("q", { match: (message) => textOf(message) === "r", timeout: "2s" });
    }
    expect(events.dropped).toBe(0);
    await peer.close();
    await answering;
    expect((await collect(events)).length).toBe(1_000);
  });

  test("while it waits, stops reading when a subscription holds half of bufferLimit", async () => {
    const { hub, peer, client } = await open({ bufferLimit: 262_144, channelCapacity: 1 });
    const full = hub.subscribe(undefined, { capacity: 1 });
    const reply = hub.request("q", { match: () => false, timeout: "5s" });
    const sending = (async () => {
      for (let i = 0; i < 200; i++) await peer.send(new Uint8Array(16_384 - 64));
    })();
    await vi.waitFor(() => expect(client.stats.timesPaused).toBeGreaterThan(0));
    const held = full.length;
    expect(held).toBe(1);
    hub.close();
    expect(await failureCode(reply)).toBe("CLOSED");
    // Of 16 KiB each, 9 are more than half of 256 KiB.
    expect((await collect(full)).length).toBe(9);
    client.terminate();
    await sending.catch(() => {});
  });

  test("the oldest of several gets the reply", async () => {
    const { hub, peer } = await open();
    const replies = [1, 2, 3].map(() => hub.request("q", { match: () => true }));
    for (const text of ["a", "b", "c"]) await peer.send(text);
    expect((await Promise.all(replies)).map(textOf)).toEqual(["a", "b", "c"]);
  });

  test("a match that throws rejects its own request, and no other", async () => {
    const { hub, peer } = await open();
    const cause = new Error("no such field");
    const broken = hub.request("q", {
      match: () => {
        throw cause;
      },
    });
    const other = hub.request("q", { match: () => true });
    await peer.send("r");
    await expect(broken).rejects.toBe(cause);
    expect(textOf(await other)).toBe("r");
  });

  test.each([["bad"], [0]])("a match that throws %j rejects its request", async (thrown) => {
    const { hub, peer } = await open();
    const reply = failure(
      hub.request("q", {
        match: () => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error
          throw thrown;
        },
      }),
    );
    await peer.send("r");
    expect(await reply).toMatchObject({ code: "INVALID_OPTION", cause: thrown });
  });

  test("in the turn of createHub, is not answered by what had arrived before", async () => {
    const server = serve();
    const client = await connect(URL);
    const peer = await server.accept();
    await peer.send("old");
    await vi.waitFor(() => expect(client.channel().length).toBe(1));
    const reply = createHub(client).request("q", { match: () => true });
    await peer.expect("q");
    await peer.send("new");
    expect(textOf(await reply)).toBe("new");
  });

  test("that is answered while its timeout expires is counted once", async () => {
    const { hub, peer } = await open();
    for (let i = 0; i < 3; i++) {
      const reply = hub.request("q", { match: () => true, timeout: ms(20) });
      await peer.expect("q");
      await peer.send("r");
      // This process is busy until after the timeout.
      for (const end = performance.now() + ms(40); performance.now() < end;);
      expect(textOf(await reply)).toBe("r");
      await new Promise(setImmediate);
    }
    const full = hub.subscribe(undefined, { capacity: 2 });
    await sendNumbers(peer, 10);
    const reply = hub.request("q", { match: (message) => textOf(message) === "r" });
    await peer.expect("q");
    await peer.send("r");
    expect(textOf(await reply)).toBe("r");
    full.unsubscribe();
    expect(await collect(full)).toEqual(numbers(1, 10));
  });

  test("fails with REQUEST_TIMEOUT after 10 s, or after timeout", async () => {
    const clock = new TestClock();
    onTestFinished(() => clock.dispose());
    const { hub } = await open({ keepAlive: false });
    const byDefault = failure(hub.request("q", { match: () => true }));
    const short = failure(hub.request("q", { match: () => true, timeout: "2s" }));
    let settled = 0;
    for (const reply of [byDefault, short]) void reply.then(() => settled++);
    await clock.advance(1_999);
    expect(settled).toBe(0);
    await clock.advance(1);
    expect(settled).toBe(1);
    await clock.advance(7_999);
    expect(settled).toBe(1);
    await clock.advance(1);
    expect(await byDefault).toMatchObject({
      code: "REQUEST_TIMEOUT",
      kind: "TIMEOUT",
      retryable: true,
      message: "request: timed out after 10000 ms",
    });
    expect((await short).code).toBe("REQUEST_TIMEOUT");
  });

  test("a late reply goes to the subscriptions", async () => {
    const { hub, peer } = await open();
    const all = hub.subscribe();
    expect(await failureCode(hub.request("q", { match: () => true, timeout: 1 }))).toBe(
      "REQUEST_TIMEOUT",
    );
    await peer.send("r");
    expect(textOf((await all.receive()).value)).toBe("r");
  });

  test("with timeout 0, or an aborted signal, nothing is sent", async () => {
    const { hub, peer } = await open();
    const match = (): boolean => true;
    expect(await failureCode(hub.request("1", { match, timeout: 0 }))).toBe("REQUEST_TIMEOUT");
    const signal = AbortSignal.abort("no more");
    const error = await failure(hub.request("2", { match, signal }));
    expect(error).toMatchObject({ code: "ABORTED", cause: "no more" });
    void hub.request("3", { match }).catch(() => {});
    await peer.expect("3");
  });

  test("signal ends the wait", async () => {
    const { hub } = await open();
    const controller = new AbortController();
    const reply = hub.request("q", { match: () => true, signal: controller.signal });
    controller.abort();
    expect(await failureCode(reply)).toBe("ABORTED");
  });

  test.each<[string, unknown]>([
    ["no options", undefined],
    ["no match", {}],
    ["a match that is no function", { match: "r" }],
    ["share", { match: () => true, share: 1 }],
    ["a signal", { match: () => true, signal: 5 }],
    ["an unknown option", { match: () => true, matches: 1 }],
  ])("rejects %s with INVALID_OPTION", async (_, options) => {
    const { hub } = await open();
    expect(await failureCode(hub.request("q", options as never))).toBe("INVALID_OPTION");
  });

  test("rejects with the error of send", async () => {
    const { hub } = await open();
    expect(await failureCode(hub.request(5 as never, { match: () => true }))).toBe(
      "INVALID_MESSAGE",
    );
    expect(await failureCode(hub.request("q", { match: () => true, timeout: "soon" }))).toBe(
      "INVALID_DURATION",
    );
  });
});

test("10,000 requests at once, with replies out of order, late, doubled and missing, settle once", async () => {
  const server = serve();
  const client = await connect(URL, { codec: json<Numbered>() });
  const peer = await server.accept();
  const hub = createHub(client);
  const count = 10_000;
  const settled: number[] = Array.from({ length: count }, () => 0);
  const clock = new TestClock();
  onTestFinished(() => clock.dispose());
  let matches = 0;
  const outcomes = settled.map(async (_, id) => {
    const match = (message: Numbered): boolean => {
      matches++;
      return message.id === id;
    };
    try {
      return (await hub.request({ id }, { match })).id;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      settled[id] = (settled[id] as number) + 1;
    }
  });
  // Every tenth is never answered, and every tenth only after the timeout; the order is reversed in blocks of ten.
  const late: number[] = [];
  for (let block = 0; block < count; block += 10) {
    for (let id = block + 9; id >= block; id--) {
      if (id % 10 === 3) continue;
      if (id % 10 === 7) late.push(id);
      else await peer.send(JSON.stringify({ id }));
      if (id % 10 === 5) await peer.send(JSON.stringify({ id }));
    }
  }
  await vi.waitFor(() => expect(hub.unclaimed.length + hub.unclaimed.dropped).toBe(count / 10));
  await clock.advance("10s");
  const results = await Promise.all(outcomes);
  for (const id of late) await peer.send(JSON.stringify({ id }));
  await vi.waitFor(() => expect(hub.unclaimed.length + hub.unclaimed.dropped).toBe(count / 5));
  expect(results).toEqual(
    results.map((_, id) => (id % 10 === 3 || id % 10 === 7 ? "REQUEST_TIMEOUT" : id)),
  );
  expect(new Set(settled)).toEqual(new Set([1]));
  // Nothing is retained: no match is asked any more.
  matches = 0;
  await peer.send(JSON.stringify({ id: 3 }));
  await vi.waitFor(() => expect(hub.unclaimed.length + hub.unclaimed.dropped).toBe(count / 5 + 1));
  expect(matches).toBe(0);
});
