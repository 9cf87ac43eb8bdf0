// The module that the worker of a snippet imports first.
import type { Command, Line, Settings, Update } from "../messages.js";
import { takePicture } from "./connections.js";
import { inspect, showError } from "./inspect.js";
import { addEvent, addOutput, takeLines } from "./lines.js";
import { applySettings, cut, startServer } from "./server.js";
import { setCurrent } from "./settings.js";

/** The time between two updates of the page. */
const UPDATE_MS = 50;

let outcome: Update["outcome"] = "running";
let lastPicture = "";
let lastUpdate = 0;

const CONSOLE: readonly (readonly [method: string, kind: Line["kind"]])[] = [
  ["log", "log"],
  ["info", "log"],
  ["debug", "log"],
  ["warn", "warn"],
  ["error", "error"],
];

/**
 * Starts the server, everything that the page shows, and then the snippet. The code of the snippet is a function, because
 * WebKit reports no error that a module throws after its first `await`.
 */
export function start(settings: Settings, snippet: () => Promise<void>): void {
  change(settings, () => startServer(settings));
  for (const [method, kind] of CONSOLE) {
    const print = (...values: readonly unknown[]): void => {
      addOutput(kind, values.map(inspect).join(" "));
      // A loop that never waits lets no timer run.
      if (performance.now() - lastUpdate > UPDATE_MS) update();
    };
    Object.defineProperty(console, method, { value: print });
  }
  self.addEventListener("message", ({ data }: MessageEvent<Command>) => {
    if (data.type === "settings") change(data.settings);
    else addEvent("warn", describeCut(cut()));
  });
  self.addEventListener("error", (event) => {
    event.preventDefault();
    fail(event.error ?? event.message, event.lineno);
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(event.reason);
  });
  setInterval(update, UPDATE_MS);
  snippet().then(finish, (error: unknown) => fail(error));
}

function finish(): void {
  if (outcome === "running") outcome = "ended";
}

function change(settings: Settings, first?: () => void): void {
  setCurrent(settings);
  first?.();
  applySettings(settings);
}

function describeCut(count: number): string {
  if (count === 0) return "cut: there is no open connection";
  return count === 1 ? "you cut the connection" : `you cut ${count} connections`;
}

/** Prints an error that the snippet did not catch, with its line. */
function fail(error: unknown, line = lineOf(error)): void {
  outcome = "failed";
  const text = error instanceof Error ? showError(error) : inspect(error);
  addOutput("error", line ? `Uncaught in line ${line}: ${text}` : `Uncaught: ${text}`);
}

/** Returns the line of the snippet from which an error comes. The worker's own URL is that of the snippet. */
function lineOf(error: unknown): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const index = stack.indexOf(self.location.href);
  if (index < 0) return undefined;
  const [, line] = /^:(\d+)/.exec(stack.slice(index + self.location.href.length)) ?? [];
  return line === undefined ? undefined : Number(line);
}

/** Sends the page what is new. */
function update(): void {
  lastUpdate = performance.now();
  const picture = takePicture();
  const lines = takeLines();
  const text = JSON.stringify([picture, outcome]);
  if (text === lastPicture && lines.output.length === 0 && lines.events.length === 0) return;
  lastPicture = text;
  self.postMessage({ picture, ...lines, outcome } satisfies Update);
}
