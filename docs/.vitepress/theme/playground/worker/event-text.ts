import type { ConnectionEvent, WsError } from "../../../../../src/browser.js";
import { formatBytes, formatDuration } from "../format.js";

/** Returns the code of an error, with the status of a server that refused. */
export function errorText({ code, details }: WsError): string {
  const status = "status" in details ? details.status : undefined;
  return typeof status === "number" ? `${code} (${status})` : code;
}

/** Returns a line of text about an event. */
export function describeEvent(event: ConnectionEvent): string {
  switch (event.type) {
    case "dial":
      return `dial ${event.url}`;
    case "open":
      return `open, after ${formatDuration(event.duration)}`;
    case "dial-failed":
      return `dial failed: ${errorText(event.error)}`;
    case "pause":
      return `paused, ${formatBytes(event.bytesBuffered)} unread`;
    case "resume":
      return `resumed, after ${formatDuration(event.duration)}`;
    case "ping":
      return "ping";
    case "pong":
      return `pong, after ${formatDuration(event.roundTrip)}`;
    case "message":
      return `message ${event.direction}, ${formatBytes(event.size)}`;
    case "close": {
      const { code, error } = event.info;
      return `closed with ${code}${error ? `: ${errorText(error)}` : ""}`;
    }
    case "retry":
      return `retry: attempt ${event.attempt} begins in ${formatDuration(event.delay)}`;
    case "lost":
      return `lost ${event.count} messages: ${event.reason}`;
  }
}
