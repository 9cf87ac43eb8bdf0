import type { ConnectionView, Picture } from "./messages.js";
import { formatDuration } from "./format.js";
import type { Phase } from "./session.js";

const PHASES: Readonly<Record<Exclude<Phase, "running">, string>> = {
  idle: "Not running",
  ended: "Ended",
  failed: "Ended with an error",
  stopped: "Stopped",
};

const STATES: Readonly<Record<ConnectionView["state"], string>> = {
  dialling: "Connecting",
  failed: "The dial has failed",
  open: "Connected",
  paused: "Connected, reading is paused",
  closing: "Closing",
  closed: "The connection has ended",
};

/** Returns the state of the playground as a short text. */
export function describeStatus(phase: Phase, picture: Picture | undefined): string {
  if (phase !== "running") return PHASES[phase];
  const { reconnecting, connection } = picture ?? {};
  if (reconnecting?.type === "waiting") {
    const { delay = 0, attempt = 0 } = reconnecting;
    return `Waiting ${formatDuration(delay)} before attempt ${attempt}`;
  }
  if (reconnecting?.type === "suspended") return "Suspended";
  return connection ? STATES[connection.state] : "Running";
}
