import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer, get } from "node:http";
import type { IncomingMessage } from "node:http";
import { once } from "node:events";
import { lookup as dnsLookup } from "node:dns";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../../src/node.js";
import type { WebSocketClass } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure, failureCode } from "../helpers/failure.js";
import { closeOf, frame, OPCODE, pingFrame, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { TunnelAgent } from "../helpers/tunnel.js";
import { turns } from "../helpers/unit-clock.js";
import { lookupSpy } from "./support.js";

checkLeaks();

const certificate = createCertificate();

describe("the handshake request", () => {
  test("has only the headers of RFC 6455 by default", async () => {
    await using server = await startRawServer();
    const client = await connect(`${server.url}path/to?query=1`);
    const { request } = await server.connection();
    expect(request?.line).toBe("GET /path/to?query=1 HTTP/1.1");
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      "connection",
      "host",
      "sec-websocket-key",
      "sec-websocket-version",
      "upgrade",
    ]);
    expect(request?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
    });
    expect(request?.headers["sec-websocket-key"]).toMatch(/^[\w+/]{22}==$/);
    expect(client.handshake).toMatchObject({ status: 101, headers: { upgrade: "websocket" } });
    expect(client.handshake).toBe(client.handshake);
    expect(client.handshake?.headers).toSatisfy(Object.isFrozen);
    expect(client.url).toBe(`${server.url}path/to?query=1`);
    client.terminate();
  });

  test("carries the given headers, from a record or from Headers", async () => {
    await using server = await startRawServer();
    const given = { Authorization: "Bearer a.b-c", "X-Latin": "caf\u00e9", Cookie: "a=1; b=2" };
    (await connect(server.url, { headers: given })).terminate();
    expect((await server.connection()).request?.headers).toMatchObject({
      authorization: "Bearer a.b-c",
      "x-latin": "caf\u00e9",
      cookie: "a=1; b=2",
    });
    (await connect(server.url, { headers: new Headers({ "X-One": "1" }) })).terminate();
    expect((await server.connection(1)).request?.headers).toMatchObject({ "x-one": "1" });
  });

  test("sends the credentials of the URL as Basic authorization, and nowhere else", async () => {
    await using server = await startRawServer();
    const client = await connect(`ws://me%40home:p%C3%A4ss:w%2Frd@127.0.0.1:${server.port}/x`);
    const { request } = await server.connection();
    const [scheme, value = ""] = request?.headers.authorization?.split(" ") ?? [];
    expect(scheme).toBe("Basic");
    expect(Buffer.from(value, "base64").toString()).toBe("me@home:päss:w/rd");
    expect(request?.line).toBe("GET /x HTTP/1.1");
    expect(client.url).toBe(`ws://127.0.0.1:${server.port}/x`);
    client.terminate();
  });

  test("prefers the header authorization to the credentials of the URL", async () => {
    await using server = await startRawServer();
    const url = `ws://me:pass@127.0.0.1:${server.port}/`;
    (await connect(url, { headers: { authorization: "Bearer t" } })).terminate();
    expect((await server.connection()).request?.headers.authorization).toBe("Bearer t");
  });

  test("has the origin of node.origin", async () => {
    await using server = await startRawServer();
    (await connect(server.url, { node: { origin: "https://app.example" } })).terminate();
    const { request } = await server.connection();
    expect(request?.headers.origin).toBe("https://app.example");
  });

  test("lists the subprotocols in the given order", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({ "Sec-WebSocket-Protocol": "b.v2" }),
    });
    const client = await connect(server.url, { protocols: ["a", "b.v2", "c"] });
    const { request } = await server.connection();
    expect(request?.headers["sec-websocket-protocol"]?.split(/, ?/)).toEqual(["a", "b.v2", "c"]);
    expect(client.protocol).toBe("b.v2");
    client.terminate();
  });
});

describe("node.tls", () => {
  /** Options that would change how `ws` works if the dial passed them on to it. */
  const tls = {
    skipUTF8Validation: true,
    autoPong: false,
    protocolVersion: 8,
    perMessageDeflate: true,
    maxPayload: 1,
    handshakeTimeout: 1,
    generateMask: () => {
      throw new Error("used");
    },
    createConnection: () => {
      throw new Error("used");
    },
    finishRequest: () => {
      throw new Error("used");
    },
  };

  test.each([
    ["ws", undefined],
    ["wss", certificate],
  ])("cannot change options of ws that the client relies on, over %s:", async (_, secure) => {
    await using server = await startRawServer({
      ...(secure && { tls: secure }),
      onRequest: (peer) => setTimeout(() => peer.accept(), ms(20)),
    });
    const client = await connect(server.url, {
      node: { tls: { ...tls, ...(secure && { ca: secure.cert }) } },
    });
    const peer = await server.connection();
    expect(peer.request?.headers["sec-websocket-version"]).toBe("13");
    expect(peer.request?.headers).not.toHaveProperty("sec-websocket-extensions");
    await client.send("x".repeat(1_000));
    expect(await peer.frame(OPCODE.TEXT)).toMatchObject({ masked: true, rsv1: false });
    peer.write(pingFrame("p"), textFrame("long enough"));
    expect((await peer.frame(OPCODE.PONG)).payload.toString()).toBe("p");
    expect(await client.receive()).toMatchObject({ value: { data: "long enough" } });
    peer.write(frame({ opcode: OPCODE.TEXT, payload: Buffer.from([0xc3, 0x28]) }));
    expect(closeOf(await peer.closeFrame()).code).toBe(1007);
    peer.socket.end();
    expect((await client.closed).error?.code).toBe("PROTOCOL_ERROR");
  });
});

describe("a webSocket class without bufferedAmount", () => {
  /** A WebSocket like those of React Native and workerd. */
  class Unmeasured extends WebSocket {}
  Object.defineProperty(Unmeasured.prototype, "bufferedAmount", { value: undefined });
  const webSocket = Unmeasured as unknown as WebSocketClass;

  test("is refused with writeTimeout", async () => {
    await using server = await startRawServer();
    const error = await failure(connect(server.url, { webSocket, writeTimeout: ms(500) }));
    expect(error).toMatchObject({ code: "UNSUPPORTED", retryable: false });
    expect(error.message).toMatch(/writeTimeout.*bufferedAmount/);
    await server.idle();
  });

  test("cannot flush, but sends, receives and closes", async () => {
    await using server = await startEchoServer();
    const client = await connect(server.url, { webSocket });
    expect(await failure(client.flush())).toMatchObject({
      code: "UNSUPPORTED",
      retryable: false,
    });
    expect(client.state).toBe("open");
    await client.send("x".repeat(1_000_000));
    expect((await client.receive()).value?.data).toHaveLength(1_000_000);
    expect(client.bufferedAmount).toBe(0);
    expect(await client.close(3_000)).toMatchObject({ code: 3_000, clean: true, by: "local" });
    expect(await failureCode(client.flush())).toBe("UNSUPPORTED");
    expect((await (await server.connection()).closed).code).toBe(3_000);
  });
});

describe("a dial reaches the server", () => {
  test("with node.lookup instead of the system's look-up", async () => {
    await using server = await startEchoServer();
    const { names, lookup } = lookupSpy();
    const url = `ws://made-up.test:${server.port}/`;
    const client = await connect(url, { node: { lookup } });
    expect(names).toEqual(["made-up.test"]);
    expect(server.connections[0]?.request.headers.host).toBe(`made-up.test:${server.port}`);
    await client.close();
  });

  test("unless node.lookup calls back with an error", async () => {
    const cause = Object.assign(new Error("no such name"), { code: "EMINE" });
    const lookup = (...[, , done]: [string, object, (error: Error) => void]): void => done(cause);
    const error = await failure(connect("ws://made-up.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toBe(cause);
  });

  test("unless node.lookup throws", async () => {
    const cause = new Error("broken");
    const lookup = (): void => {
      throw cause;
    };
    const error = await failure(connect("ws://made-up.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toBe(cause);
  });

  test("with node.family and from node.localAddress", async () => {
    const families: unknown[] = [];
    await using server = await startRawServer();
    const lookup = (...args: Parameters<typeof dnsLookup>): void => {
      families.push((args[1] as { family?: number }).family);
      dnsLookup(...args);
    };
    const client = await connect(`ws://localhost:${server.port}/`, {
      node: {
        lookup: lookup as unknown as (...args: never[]) => void,
        family: 4,
        localAddress: "127.0.0.2",
      },
    });
    expect(families).toEqual([4]);
    expect(server.connections[0]?.socket.remoteAddress).toBe("127.0.0.2");
    client.terminate();
  });

  test("through a Unix socket, with and without a path", async () => {
    const dir = await mkdtemp(join(tmpdir(), "wschan-"));
    try {
      await using server = await startRawServer({ unix: join(dir, "app.sock") });
      for (const [suffix, path] of [
        [":/chat?room=1", "/chat?room=1"],
        ["", "/"],
      ] as const) {
        const client = await connect(server.url + suffix);
        const peer = server.connections.at(-1);
        expect(peer?.request?.path).toBe(path);
        peer?.write(textFrame("hello"));
        expect(await client.receive()).toMatchObject({ value: { data: "hello" } });
        client.terminate();
      }
      await server.idle();
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  test("unless it names a Unix socket that does not exist", async () => {
    const error = await failure(connect("ws+unix:///nowhere/wschan.sock:/x"));
    expect(error).toMatchObject({ code: "DIAL_FAILED", retryable: true });
    expect(error.cause).toMatchObject({ code: "ENOENT" });
  });

  test("through an agent of the caller's", async () => {
    await using server = await startEchoServer();
    class CountingAgent extends Agent {
      calls = 0;
      override createConnection(...args: Parameters<Agent["createConnection"]>) {
        this.calls++;
        return super.createConnection(...args);
      }
    }
    const agent = new CountingAgent();
    const client = await connect(server.url, { node: { agent } });
    expect(agent.calls).toBe(1);
    await client.close();
    agent.destroy();
  });

  test("through an agent whose connections are not sockets", async () => {
    await using server = await startEchoServer();
    const agent = new TunnelAgent();
    const client = await connect(server.url, { node: { agent }, readTimeout: ms(200) });
    const bytes = new Uint8Array(1_000_000).fill(7);
    await client.send(bytes);
    const { value } = await client.receive();
    // `toEqual` takes seconds for a megabyte.
    expect(Buffer.compare(value?.data as Uint8Array, bytes)).toBe(0);
    // If the deadline's timer threw, the run would fail and this promise would stay pending.
    const info = await client.closed;
    expect(info).toMatchObject({ code: 3008, clean: false, by: "local", sentCode: 3008 });
    expect(info.error?.code).toBe("READ_TIMEOUT");
    expect((await (await server.connection()).closed).code).toBe(3008);
    const other = await connect(server.url, { node: { agent } });
    expect(await other.close()).toMatchObject({ code: 1000, clean: true });
    agent.destroy();
  });

  test("through an agent, whose other requests still get an answer after a refusal", async () => {
    // Without a listener for `upgrade`, the server answers upgrade requests like any other request.
    const server = createServer((request, response) => {
      response.writeHead(request.headers.upgrade ? 401 : 200).end("hello");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const dialled = failure(connect(`ws://127.0.0.1:${port}/`, { node: { agent } }));
    await turns(1);
    const other = get({ port, host: "127.0.0.1", agent });
    expect((await dialled).details).toMatchObject({ status: 401, body: "hello" });
    const [response] = (await once(other, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await once(response, "close");
    agent.destroy();
    server.close();
    await once(server, "close");
  });

  test("unless the agent is for another scheme", async () => {
    const agent = new Agent();
    const error = await failure(connect("wss://127.0.0.1:1/", { node: { agent } }));
    expect(error.code).toBe("INVALID_OPTION");
    agent.destroy();
  });
});
