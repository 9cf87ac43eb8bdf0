import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { connect } from "../../../src/node.js";
import { failure } from "../../helpers/failure.js";
import { ROOT } from "../../helpers/root.js";
import { readTable } from "../../helpers/tables.js";
import { ms } from "../../helpers/time.js";
import { MOCKED_URL, PACKAGES } from "./mocks.js";
import type { StartMock } from "./mocks.js";

/** The time after which a message or event is considered missing. */
const PATIENCE_MS = ms(500);

/** Resolves with the promise's value; after a while or a failure with `undefined`. */
const soon = <T>(promise: Promise<T>): Promise<T | undefined> =>
  Promise.race([
    promise.catch(() => undefined),
    new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS)),
  ]);

/** Opens a connection with the global `WebSocket`. */
async function open(): Promise<WebSocket> {
  const socket = new globalThis.WebSocket(MOCKED_URL);
  await soon(new Promise((resolve) => (socket.onopen = resolve)));
  return socket;
}

/** Finds out whether a package has an ability. */
type Probe = (start: StartMock) => Promise<boolean>;

/** The abilities in the table of docs/guide/testing.md, in its order. */
const ABILITIES: Readonly<Record<string, Probe>> = {
  "messages for code that uses the global `WebSocket`": async (start) => {
    start();
    const socket = new globalThis.WebSocket(MOCKED_URL);
    const message = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
    return (await soon(message)) === "hello";
  },
  "messages for code that uses wschan in Node": async (start) => {
    start();
    const client = await soon(connect(MOCKED_URL));
    onTestFinished(() => client?.terminate());
    const received = client && (await soon(client.receive()));
    return received?.value?.data === "hello";
  },
  "messages for code that uses the package `ws`": async (start) => {
    start();
    const socket = new WsWebSocket(MOCKED_URL).on("error", () => {});
    onTestFinished(() => socket.terminate());
    const message = new Promise((resolve) => (socket.onmessage = ({ data }) => resolve(data)));
    return (await soon(message)) === "hello";
  },
  "a refused dial with its status and `Retry-After`, in Node": async (start) => {
    start().refuse?.();
    const error = await failure(connect(MOCKED_URL).then((client) => client.receive()));
    return error.details.status === 429 && error.details.retryAfter === 7_000;
  },
  "the headers of the request": async (start) => {
    const server = start();
    const client = await soon(connect(MOCKED_URL, { headers: { "X-Test": "1" } }));
    onTestFinished(() => client?.terminate());
    return server.headers?.()?.["x-test"] === "1";
  },
  "a lost connection: `close` with 1006, not clean": async (start) => {
    const server = start();
    const socket = await open();
    const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
    server.lose();
    const event = await soon(closed);
    return event?.code === 1006 && !event.wasClean;
  },
  "a server that does not read: `bufferedAmount` stays high": async (start) => {
    const server = start();
    const socket = await open();
    server.pause?.();
    socket.send("x".repeat(10_000_000));
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    return socket.bufferedAmount > 1_000_000;
  },
  "a second server for a URL fails if the first was not closed": (start) => {
    start();
    try {
      start();
      return Promise.resolve(false);
    } catch {
      return Promise.resolve(true);
    }
  },
};

const page = readFileSync(join(ROOT, "docs/guide/testing.md"), "utf8");
const rows = readTable(page, "## Comparison");

test("the table lists the abilities and packages that are tested", () => {
  expect(rows.map(({ test: ability }) => ability)).toEqual(Object.keys(ABILITIES));
  const columns = Object.keys(rows[0] ?? {}).slice(1);
  expect(columns).toEqual(Object.keys(PACKAGES).map((name) => name.toLowerCase()));
});

test.each(["mock-socket", "vitest-websocket-mock", "msw"])(
  "the page names the version of %s that is tested",
  (name) => {
    const manifest = readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { readonly version: string };
    expect(page).toMatch(new RegExp(`\\b${name}\\b[^|]*? ${version}`, "i"));
  },
);

const CASES = Object.entries(ABILITIES).flatMap(([ability, probe], row) =>
  Object.entries(PACKAGES).map(([name, start]) => ({ ability, probe, row, name, start })),
);

test.each(CASES)("$ability, $name: as the table says", async ({ probe, row, name, start }) => {
  expect((await probe(start)) ? "yes" : "no").toBe(rows[row]?.[name.toLowerCase()]);
});
