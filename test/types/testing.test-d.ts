// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import type { Message, ReceiveResult } from "../../src/node.js";
import { TestClock, TestPeer, TestServer } from "../../src/testing/node.js";
import type { TestPeerEnd } from "../../src/testing/node.js";

const server = new TestServer("wss://a.test/*", { platform: "browser", strict: true });
const peer = await server.accept({ timeout: "1s" });
expectTypeOf(peer).toEqualTypeOf<TestPeer>();
expectTypeOf(await peer.receive()).toEqualTypeOf<ReceiveResult<Message>>();
expectTypeOf(await peer.closed).toEqualTypeOf<TestPeerEnd>();
expectTypeOf(peer.request.headers).toEqualTypeOf<Readonly<Record<string, string>>>();
server.link = { latency: "50ms", bandwidth: 1_000 };
peer.link = { cutAfter: 10 };
server.refuse({ status: 503, times: 2 });
const socket: typeof globalThis.WebSocket = server.webSocket;
expectTypeOf(socket.OPEN).toEqualTypeOf<1>();
expectTypeOf(new TestClock().advance("30s")).toEqualTypeOf<Promise<void>>();

// @ts-expect-error: not a platform
new TestServer("*", { platform: "deno" });
// @ts-expect-error: an unknown option
new TestServer("*", { protocols: ["a"] });
// @ts-expect-error: not an option of a link
server.link = { delay: 5 };
// @ts-expect-error: servers create peers
new TestPeer();
// @ts-expect-error: the status is missing
server.refuse({});
