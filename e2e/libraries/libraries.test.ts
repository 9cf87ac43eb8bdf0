// Runs the libraries of test/compat/libraries in a page, over the class of the built package.
import { getYDoc } from "@y/websocket-server/utils";
import { build } from "esbuild";
import type { Browser, Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startCentrifugeServer } from "../../test/compat/servers/centrifuge.js";
import { startGraphqlServer } from "../../test/compat/servers/graphql.js";
import { startPhoenixServer } from "../../test/compat/servers/phoenix.js";
import { startSignalrServer } from "../../test/compat/servers/signalr.js";
import { startSocketIoServer } from "../../test/compat/servers/socket-io.js";
import { startTrpcServer } from "../../test/compat/servers/trpc.js";
import { startWsServer } from "../../test/compat/servers/ws-server.js";
import { startYServer } from "../../test/compat/servers/y-websocket.js";
import { byName } from "../../test/helpers/by-name.js";
import { Condition } from "../../test/helpers/condition.js";
import { startFaultProxy } from "../../test/helpers/fault-proxy.js";
import { checkLeaks } from "../../test/helpers/leaks.js";
import { ROOT } from "../../test/helpers/root.js";
import { ms } from "../../test/helpers/time.js";
import { startMosquitto } from "../../test/peers/mosquitto.js";
import { RABBITMQ_START_MS, startRabbitMq } from "../../test/peers/rabbitmq.js";
import { launch } from "../helpers/browsers.js";
import { startSite } from "../helpers/site.js";
import type { Site } from "../helpers/site.js";
import { html } from "../helpers/visit.js";
import type { LibraryName } from "./page.js";

checkLeaks();

let browser: Browser;
let page: Page;
let site: Site;
/** The values that the library in the page has received. */
let received: unknown[] = [];
const changed = new Condition();
/** The uncaught errors of the page. */
let errors: string[] = [];

beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["e2e/libraries/page.ts"],
    bundle: true,
    write: false,
  });
  const program = outputFiles.map(({ text }) => text).join("");
  site = await startSite();
  site.pages.set("/", () => html(""));
  browser = await launch("chromium");
  page = await browser.newPage();
  await page.addInitScript(program);
  await page.exposeFunction("receive", (value: unknown) => {
    received.push(value);
    changed.notify();
  });
  page.on("pageerror", (error) => {
    errors.push(String(error));
    changed.notify();
  });
}, ms(30_000));
beforeEach(async () => {
  received = [];
  errors = [];
  await page.goto(site.url);
});
// A library would dial its server again and again.
afterEach(() => page.goto("about:blank"));
afterAll(async () => {
  await browser.close();
  await site[Symbol.asyncDispose]();
});

/** Settles with all values received so far when there are `count`. Fails if the page has an uncaught error. */
async function receive(count: number): Promise<readonly unknown[]> {
  await changed.until(() => received.length >= count || errors.length > 0);
  expect(errors).toEqual([]);
  return received;
}

/** The server of a library. */
interface LibraryServer extends AsyncDisposable {
  readonly url: string;
  /** Ends all connections without a close frame. */
  cut(): unknown;
}

/** Returns a server behind a proxy that resets the first connection. */
async function behindProxy(
  starting: Promise<AsyncDisposable & { readonly url: string }>,
): Promise<LibraryServer> {
  const server = await starting;
  const proxy = await startFaultProxy(server.url);
  return {
    url: proxy.url,
    cut: async () => (await proxy.connection()).reset(),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const startEcho = (): Promise<LibraryServer> =>
  startWsServer({
    onConnection: (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })),
  });

/** Starts a server whose document changes before the first connection, and after the cut. */
async function startY(): Promise<LibraryServer> {
  const server = await startYServer();
  const insert = (text: string): void => getYDoc("room").getText().insert(0, text);
  insert("early");
  return {
    ...server,
    cut() {
      server.cut();
      insert("not so ");
    },
  };
}

interface Case {
  readonly name: LibraryName;
  readonly start: () => Promise<LibraryServer>;
  /** The values that the library receives before its connection is cut. */
  readonly first: readonly unknown[];
  /** The values that it receives over the next connection. */
  readonly second: readonly unknown[];
  /** The final states of the sockets that it has constructed. By default the first one is closed, and the second open. */
  readonly states?: readonly number[];
}

const HELLO = { first: ["hello"], second: ["hello"] };

const CASES: readonly Case[] = [
  {
    name: "graphql-ws",
    start: () => startGraphqlServer(ms(1_000)),
    first: [1, 2],
    second: [1, 2],
  },
  { name: "mqtt", start: () => behindProxy(startMosquitto()), ...HELLO },
  { name: "y-websocket", start: startY, first: ["early"], second: ["not so early"] },
  {
    name: "rxjs",
    start: () => startWsServer({ onConnection: (socket) => socket.send('"hello"') }),
    ...HELLO,
  },
  {
    name: "@microsoft/signalr",
    start: () => startSignalrServer(ms(1_000)),
    first: [3],
    second: [3],
  },
  {
    name: "phoenix",
    start: startPhoenixServer,
    first: [{ joined: "room" }],
    second: [{ joined: "room" }],
  },
  { name: "centrifuge", start: () => startCentrifugeServer(ms(1_000)), ...HELLO },
  { name: "@stomp/stompjs", start: () => behindProxy(startRabbitMq()), ...HELLO },
  { name: "socket.io-client", start: startSocketIoServer, ...HELLO },
  { name: "@trpc/client", start: startTrpcServer, first: [1, 2], second: [3, 4] },
  { name: "partysocket", start: startEcho, ...HELLO },
  { name: "reconnecting-websocket", start: startEcho, ...HELLO },
  { name: "ReconnectingWebSocket", start: startEcho, ...HELLO, states: [1] },
];

test.each(byName(CASES))(
  "%s receives in Chromium, also after the server has cut the connection",
  { timeout: RABBITMQ_START_MS },
  async (name, { start, first, second, states = [3, 1] }) => {
    await using server = await start();
    await page.evaluate(
      `void runs[${JSON.stringify(name)}](${JSON.stringify(server.url)}, receive)`,
    );
    expect(await receive(first.length)).toEqual(first);
    await server.cut();
    const all = [...first, ...second];
    expect(await receive(all.length)).toEqual(all);
    // This shows that the library has used this class, and no other.
    expect(await page.evaluate("states()")).toEqual(states);
  },
);
