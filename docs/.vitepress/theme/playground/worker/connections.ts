import type { Client, ConnectionEvent, Context } from "../../../../../src/browser.js";
import type { ReconnectingClient } from "../../../../../src/reconnect/browser.js";
import type { ConnectionView, Lane, Picture, ReconnectingView } from "../messages.js";
import { describeEvent, errorText } from "./event-text.js";
import { addEvent } from "./lines.js";
import { claim } from "./server.js";
import type { ServerSide } from "./server.js";

/** The number of connections that are remembered. Older ones that have ended are forgotten. */
const MAX_CONNECTIONS = 20;

const NOTHING: Lane = { count: 0, bytes: 0, progress: [] };

/** A connection of the snippet, from its dial. */
interface Tracked {
  readonly number: number;
  readonly id: string;
  readonly url: string;
  readonly context: Context;
  state: ConnectionView["state"];
  end?: string;
  side?: ServerSide | undefined;
  received: number;
  sent: number;
  timesPaused: number;
}

let connections: readonly Tracked[] = [];
let dials = 0;

/** The part of a channel that the picture shows. */
interface Fill {
  readonly length: number;
  readonly capacity: number;
}

/** The part of a reconnecting client that the picture shows. */
type Shown = Pick<ReconnectingClient, "state" | "queue" | "connection" | "onStatus"> & {
  channel(): Fill;
};

/** A reconnecting client, and the time of its latest change of state. */
interface Reconnecting {
  readonly client: Shown;
  since: number;
}

let reconnecting: readonly Reconnecting[] = [];

/** Adds a reconnecting client to the picture. */
export function addReconnecting(client: Shown): void {
  const tracked: Reconnecting = { client, since: performance.now() };
  client.onStatus(() => (tracked.since = performance.now()));
  reconnecting = [...reconnecting, tracked].slice(-MAX_CONNECTIONS);
}

/** Called with each event of the connections of a context. */
export function onEvent(event: ConnectionEvent, context: Context): void {
  if (event.type === "dial") {
    const { connection: id, url } = event;
    const fresh = { received: 0, sent: 0, timesPaused: 0 };
    const tracked: Tracked = {
      number: ++dials,
      id,
      url,
      context,
      state: "dialling",
      ...fresh,
    };
    connections = [...connections, tracked].slice(-MAX_CONNECTIONS);
  }
  const tracked = connections.find(({ id }) => id === event.connection);
  if (tracked) update(tracked, event);
  if (event.type === "message") return;
  const kind =
    event.type === "dial-failed" || (event.type === "close" && event.info.error)
      ? "error"
      : event.type === "pause" || event.type === "retry" || event.type === "lost"
        ? "warn"
        : "log";
  addEvent(kind, `${tracked ? `#${tracked.number} ` : ""}${describeEvent(event)}`);
}

function update(tracked: Tracked, event: ConnectionEvent): void {
  switch (event.type) {
    case "open":
      tracked.state = "open";
      tracked.side = claim(event.url);
      break;
    case "dial-failed":
      tracked.state = "failed";
      tracked.end = errorText(event.error);
      break;
    case "pause":
      tracked.state = "paused";
      tracked.timesPaused++;
      break;
    case "resume":
      tracked.state = "open";
      break;
    case "message":
      if (event.direction === "in") {
        tracked.received++;
        tracked.side?.down.arrive();
      } else {
        tracked.sent++;
        tracked.side?.up.depart(event.size);
      }
      break;
    case "close":
      tracked.state = "closed";
      tracked.end = describeEvent(event);
      break;
    case "dial":
    case "ping":
    case "pong":
    case "retry":
    case "lost":
      break;
  }
}

/** Returns the picture of this moment. */
export function takePicture(): Picture {
  const isActive = ({ state }: Tracked): boolean => state !== "closed" && state !== "failed";
  const active = connections.filter(isActive);
  const shown = active.at(-1) ?? connections.at(-1);
  const living = reconnecting.filter(({ client }) => client.state.type !== "closed");
  const loop = living.at(-1) ?? reconnecting.at(-1);
  return {
    ...(shown && { connection: viewOf(shown) }),
    ...(loop && { reconnecting: viewOfReconnecting(loop) }),
    open: active.filter(({ state }) => state !== "dialling").length,
    active: active.length + living.length,
  };
}

function viewOf(tracked: Tracked): ConnectionView {
  const client = liveClient(tracked);
  const channel = client && channelOf(client);
  const side = tracked.state === "closed" ? undefined : tracked.side;
  const { number, url, end, received, sent, timesPaused } = tracked;
  return {
    number,
    url,
    state: client?.state === "closing" ? "closing" : tracked.state,
    ...(end !== undefined && { end }),
    held: { ...(side?.held ?? { count: 0, bytes: 0 }) },
    down: side?.down.lane() ?? NOTHING,
    up: side?.up.lane() ?? NOTHING,
    waiting: client?.bufferedAmount ?? 0,
    channel: {
      length: channel?.length ?? 0,
      capacity: channel?.capacity ?? 0,
      bytes: client?.stats.bytesBuffered ?? 0,
    },
    canPause: client?.backpressure === "socket",
    received,
    sent,
    timesPaused,
  };
}

/** Returns the client of a connection that has opened and not ended. */
function liveClient({ id, context, state }: Tracked): Client | undefined {
  if (state === "dialling" || state === "failed" || state === "closed") return undefined;
  try {
    return context.connection(id);
  } catch {
    // The connection is about to end, or its client is about to be returned.
    return undefined;
  }
}

/** Returns the channel on which the messages of a connection arrive: all connections of a reconnecting client share one. */
function channelOf(client: Client): Fill {
  const owner = reconnecting.find((one) => one.client.connection?.id === client.id);
  return (owner?.client ?? client).channel();
}

function viewOfReconnecting({ client, since }: Reconnecting): ReconnectingView {
  const { state, queue } = client;
  return {
    type: state.type,
    ...("attempt" in state && { attempt: state.attempt }),
    ...(state.type === "waiting" && {
      delay: Math.round(state.delay),
      elapsed: Math.round(performance.now() - since),
    }),
    ...("error" in state && state.error && { error: errorText(state.error) }),
    queued: queue.length,
  };
}
