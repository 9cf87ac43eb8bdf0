import { TestServer } from "../../../../../src/testing/browser.js";
import type { TestPeer } from "../../../../../src/testing/browser.js";
import type { Settings } from "../messages.js";
import { Flights } from "./flights.js";
import { current } from "./settings.js";

/** The server sends no more while this many bytes wait at it. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** The size of the messages on `/bulk`. */
const BULK_BYTES = 16 * 1024;

/** The shortest time between two turns of a feed. At a higher rate, a turn sends several messages. */
const MIN_TURN_MS = 20;

/** Patterns that together match each URL. They differ from the pattern of the server that accepts. */
const ALL_URLS = ["wss://*:*/*", "ws://*:*/*"];

/** The server's side of a connection. */
export interface ServerSide {
  readonly url: string;
  /** Messages that the server has sent and that wait at it. */
  readonly held: { count: number; bytes: number };
  /** Messages on their way to the client, and to the server. */
  readonly down: Flights;
  readonly up: Flights;
}

let server: TestServer | undefined;
/** The platform that the server simulates, which it keeps until the next run. */
let platform: Settings["platform"] = "node";
let refusing: readonly TestServer[] = [];

/** Connections that the server has accepted, and that have not opened at the client. */
let unclaimed: readonly ServerSide[] = [];

/** Starts the server to which all dials of the snippet go. */
export function startServer(settings: Settings): void {
  ({ platform } = settings);
  server = new TestServer("*", { platform });
  server.on(serve);
}

/** Applies settings to the connections that exist, and to new ones. */
export function applySettings({ latency, refuse }: Settings): void {
  if (refuse !== refusing.length > 0) {
    for (const one of refusing) void one.close();
    refusing = refuse ? ALL_URLS.map((pattern) => new TestServer(pattern, { platform })) : [];
    for (const one of refusing) one.refuse({ status: 503, times: 1_000_000 });
  }
  for (const one of [server, ...refusing]) if (one) one.link = { latency };
}

/** Ends all connections without a close frame. Returns their number. */
export function cut(): number {
  const peers = server?.connections ?? [];
  for (const peer of peers) peer.terminate();
  return peers.length;
}

/** Returns the server's side of a connection that has opened. They open in the order in which they were accepted. */
export function claim(url: string): ServerSide | undefined {
  const side = unclaimed.find((one) => one.url === url) ?? unclaimed[0];
  unclaimed = unclaimed.filter((one) => one !== side);
  return side;
}

function serve(peer: TestPeer): void {
  const url = new URL(peer.request.url);
  url.search = "";
  const side: ServerSide = {
    url: url.href,
    held: { count: 0, bytes: 0 },
    down: new Flights(),
    up: new Flights(),
  };
  unclaimed = [...unclaimed, side];
  void peer.closed.then(() => (unclaimed = unclaimed.filter((one) => one !== side)));
  void receive(peer, side, url.pathname);
  if (url.pathname === "/silent") peer.silence();
  if (url.pathname === "/feed") void feed(peer, side, price);
  if (url.pathname === "/bulk") void feed(peer, side, block);
}

/** Receives what the client sends. On a path without another meaning, sends it back. */
async function receive(peer: TestPeer, side: ServerSide, path: string): Promise<void> {
  const isEcho = !["/feed", "/bulk", "/silent"].includes(path);
  for await (const { data } of peer.channel()) {
    side.up.arrive();
    if (isEcho) send(peer, side, data);
  }
}

/** Sends messages at the rate that is set, until the connection ends. */
async function feed(
  peer: TestPeer,
  side: ServerSide,
  message: (number: number) => string,
): Promise<void> {
  const state = { isOpen: true };
  void peer.closed.then(() => (state.isOpen = false));
  let due = 1;
  let last = performance.now();
  for (let number = 0; state.isOpen;) {
    for (; due >= 1; due--) {
      if (side.held.bytes < MAX_HELD_BYTES) send(peer, side, message(++number));
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(MIN_TURN_MS, 1000 / current.rate)));
    const now = performance.now();
    // A worker that was busy or suspended does not make up for more than a second.
    due += (Math.min(now - last, 1000) / 1000) * current.rate;
    last = now;
  }
}

/** Sends a message and does not wait until it has left, like a server that does not look at `bufferedAmount`. */
function send(peer: TestPeer, side: ServerSide, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data).length : data.length;
  side.held.count++;
  side.held.bytes += bytes;
  const leave = (): void => {
    side.held.count--;
    side.held.bytes -= bytes;
  };
  peer.send(data).then(() => {
    leave();
    side.down.depart(bytes);
  }, leave);
}

const SYMBOLS = ["gold", "silver", "copper"];

function price(number: number): string {
  const symbol = SYMBOLS[number % SYMBOLS.length] ?? "";
  // A walk that repeats, so that a run is the same each time.
  const value = Math.round(1000 + 50 * Math.sin(number / 5) + (number % 7));
  return JSON.stringify({ number, symbol, price: value });
}

function block(number: number): string {
  return `block ${number} `.padEnd(BULK_BYTES, ".");
}
