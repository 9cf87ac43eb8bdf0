// Runs the libraries of test/compat/libraries in a page, over the class of the built package.
import { getYDoc } from "@y/websocket-server/utils";
import { build } from "esbuild";
import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCentrifugeServer } from "../../test/compat/servers/centrifuge.js";
import { startGraphqlServer } from "../../test/compat/servers/graphql.js";
import { startPhoenixServer } from "../../test/compat/servers/phoenix.js";
import { startSignalrServer } from "../../test/compat/servers/signalr.js";
import { startSocketIoServer } from "../../test/compat/servers/socket-io.js";
import { startTrpcServer } from "../../test/compat/servers/trpc.js";
import { startWsServer } from "../../test/compat/servers/ws-server.js";
import { startYServer } from "../../test/compat/servers/y-websocket.js";
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
let site: Site;
let program: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["e2e/libraries/page.ts"],
    bundle: true,
    write: false,
  });
  program = outputFiles.map(({ text }) => text).join("");
  browser = await launch("chromium");
  site = await startSite();
  site.pages.set("/", () => html(""));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await browser.close();
});

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
];

test.each(CASES)(
  "$name receives in Chromium, also after the server has cut the connection",
  { timeout: RABBITMQ_START_MS },
  async ({ name, start, first, second }) => {
    await using server = await start();
    const page = await browser.newPage();
    try {
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      const received: unknown[] = [];
      const changed = new Condition();
      await page.exposeFunction("receive", (value: unknown) => {
        received.push(value);
        changed.notify();
      });
      await page.goto(site.url);
      await page.addScriptTag({ content: program });

      await page.evaluate(
        `void runs[${JSON.stringify(name)}](${JSON.stringify(server.url)}, receive)`,
      );
      await changed.until(() => received.length >= first.length);
      expect(received).toEqual(first);
      await server.cut();
      await changed.until(() => received.length >= first.length + second.length);
      expect(received.slice(first.length)).toEqual(second);
      // The first socket is closed and the second one open: the library has used this class, and no other.
      expect(await page.evaluate("states()")).toEqual([3, 1]);
      expect(errors).toEqual([]);
    } finally {
      await page.close();
    }
  },
);
