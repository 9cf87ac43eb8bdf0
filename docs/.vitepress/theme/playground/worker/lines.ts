import type { Line } from "../messages.js";

/** The most lines that wait for the page. Older ones are dropped. */
const MAX_LINES = 200;

/** The longest text of a line, in UTF-16 code units. */
const MAX_TEXT = 2000;

let output: Line[] = [];
let events: Line[] = [];
let dropped = 0;

/** Adds a line of the snippet's output. */
export function addOutput(kind: Line["kind"], text: string): void {
  output.push(line(kind, text));
  if (output.length > MAX_LINES) {
    output.shift();
    dropped++;
  }
}

/** Adds a line to the list of events. */
export function addEvent(kind: Line["kind"], text: string): void {
  events.push(line(kind, text));
  if (events.length > MAX_LINES) events.shift();
}

/** Returns the lines since the last call. */
export function takeLines(): {
  readonly output: readonly Line[];
  readonly events: readonly Line[];
  readonly dropped: number;
} {
  const taken = { output, events, dropped };
  output = [];
  events = [];
  dropped = 0;
  return taken;
}

function line(kind: Line["kind"], text: string): Line {
  const short = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return { kind, text: short, time: Math.round(performance.now()) };
}
