import { once } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { checkLeaks } from "../test/helpers/leaks.js";
import { ms } from "../test/helpers/time.js";
import { launch } from "./helpers/browsers.js";
import { startSite } from "./helpers/site.js";

checkLeaks();

// The end of connections over a WebSocketStream in Chromium.

/**
 * Opens a connection in a page of Chromium, and runs the body of an async function there. The body can use `client`
 * and `sleep`; `serve` is called with the server's socket. Resolves with the result of the body.
 */
async function inPage(
  serve: (socket: WebSocket) => void,
  options: object,
  body: string,
): Promise<unknown> {
  await using site = await startSite();
  site.pages.set("/", () => `<script src="/dist/wschan.umd.js"></script>`);
  const served = once(site.sockets, "connection").then(([socket]) => serve(socket as WebSocket));
  await using browser = await launch("chromium");
  const page = await browser.newPage();
  await page.goto(`${site.url}/`);
  const result = await page.evaluate(
    `wschan.connect("/", ${JSON.stringify(options)}).then(async (client) => {
      const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
      ${body}
    })`,
  );
  await served;
  return result;
}

const STREAM = { backpressure: "stream" };

const sendAndClose = (socket: WebSocket): void => {
  for (let i = 0; i < 200; i++) socket.send(`m${i}`);
  socket.close(1000);
};

const READ_LATE = `
  await sleep(${ms(300)});
  let read = 0;
  try {
    for await (const _ of client) read++;
  } catch ({ code }) {
    return code;
  }
  return read;`;

test("a slow page loses no message over a WebSocket when the server sends and closes", async () => {
  expect(await inPage(sendAndClose, {}, READ_LATE)).toBe(200);
});

test("a slow page may lose messages over a WebSocketStream, and gets CONNECTION_LOST then", async () => {
  expect(await inPage(sendAndClose, STREAM, READ_LATE)).toBe("CONNECTION_LOST");
});

test("reports a lost connection while the stream is paused", async () => {
  const serve = (socket: WebSocket): void => {
    for (let i = 0; i < 200; i++) socket.send(`m${i}`);
    setTimeout(() => socket.terminate(), ms(200));
  };
  const body = "const { error } = await client.closed; return error.code;";
  expect(await inPage(serve, STREAM, body)).toBe("CONNECTION_LOST");
});

test.each([{}, STREAM])(
  "a page survives a call of terminate with pending sends, with options %j",
  async (options) => {
    const serve = (socket: WebSocket): void => {
      socket.pause();
      setTimeout(() => socket.resume(), ms(400));
    };
    const body = `
      for (let i = 0; i < 300; i++) client.send(new Uint8Array(100_000));
      await sleep(${ms(200)});
      client.terminate();
      await sleep(${ms(600)});
      return client.state;`;
    expect(await inPage(serve, options, body)).toBe("closed");
  },
);

test("sends bytes of a resizable ArrayBuffer", async () => {
  const echo = (socket: WebSocket): void => {
    socket.on("message", (data: Buffer, binary) => socket.send(data, { binary }));
  };
  const body = `
    const resizable = new Uint8Array(new ArrayBuffer(3, { maxByteLength: 8 }));
    await client.send(resizable.fill(7));
    return [...(await client.receive()).value.data];`;
  expect(await inPage(echo, {}, body)).toEqual([7, 7, 7]);
});
