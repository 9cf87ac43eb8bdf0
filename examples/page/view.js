// @ts-check
import { find, setText } from "./dom.js";
import { formatBytes, formatCount, formatMessages } from "./format.js";

/** @typedef {import("./connection.js").Phase} Phase */
/** @typedef {import("./connection.js").Loss} Loss */
/** @typedef {import("./status.js").Report} Report */

/** The label of each phase, and of the button in that phase. */
const PHASES = {
  connecting: { name: "Connecting", action: "Cancel" },
  open: { name: "Open", action: "Disconnect" },
  closing: { name: "Closing", action: "Cut off" },
  closed: { name: "Closed", action: "Reconnect" },
  lost: { name: "Lost", action: "Reconnect" },
};

/** Explains the values of `client.backpressure` to the viewer. */
const MODES = {
  stream:
    "At work: a WebSocketStream. When the channel is full, this page stops reading. The browser's buffers " +
    "fill, and then the server has to wait: its backlog rises and levels off, and this page holds little.",
  buffer:
    "At work: the buffer. A browser's WebSocket cannot be paused, so unread messages wait in this page, up " +
    "to bufferLimit. Above it the connection ends with SLOW_CONSUMER.",
  socket:
    "At work: the socket. When the channel is full, the socket is paused, and then the server has to wait.",
};

/**
 * @param {Phase} phase
 * @param {Loss | undefined} loss
 */
export function showPhase(phase, loss) {
  const state = find("state");
  const { name, action } = PHASES[phase];
  setText("state", name);
  state.dataset.phase = phase;
  setText("action", action);
  find("alert").hidden = !loss;
  setText("alert-code", loss?.code ?? "");
  setText("alert-text", loss?.message ?? "");
}

/**
 * @param {import("wschan").Client} client
 * @param {number} limit the `bufferLimit` of the client
 */
export function showClient(client, limit) {
  const { stats, backpressure } = client;
  setText("url", client.url);
  setText("mode", backpressure);
  setText("pressure-text", MODES[backpressure]);
  setText("received", formatMessages(stats.messagesReceived, stats.bytesReceived));
  setText("sent", formatMessages(stats.messagesSent, stats.bytesSent));
  setText("page-bytes", formatBytes(stats.bytesBuffered));
  setText("page-note", `of ${formatBytes(limit)}, bufferLimit`);
  setMeter("page-meter", stats.bytesBuffered, limit);
  const { length, capacity } = client.channel();
  setText("waiting", `${formatCount(length)} of ${formatCount(capacity)}`);
  setText("paused", formatCount(stats.timesPaused));
}

/** @param {number} rate messages per second */
export function showReadRate(rate) {
  setText("read-rate", `${formatCount(Math.round(rate))}/s`);
}

/**
 * @param {Report} report
 * @param {number} received number of prices that have reached this page
 */
export function showReport({ bufferedAmount, unsent, produced, skipped }, received) {
  setText("server-bytes", formatBytes(bufferedAmount));
  setText("server-note", `${formatCount(unsent)} prices; above 1 MiB it generates no more`);
  setMeter("server-meter", bufferedAmount);
  // The report and the prices use different connections, so prices may arrive before the report.
  const onTheWay = Math.max(0, produced - unsent - received);
  setText("way-count", `${formatCount(onTheWay)} prices`);
  setMeter("way-meter", onTheWay);
  setText("skipped", `${formatCount(skipped)} prices`);
}

/** Shows that there is no connection and so no report. */
export function showNoReport() {
  setText("server-bytes", "–");
  setText("server-note", "not connected");
  setMeter("server-meter", 0);
  setText("way-count", "–");
  setMeter("way-meter", 0);
}

/**
 * Shows how far this page is behind the server.
 *
 * @param {number | undefined} ageMs age of the newest price that was read; `undefined` if none was read
 */
export function showAge(ageMs) {
  const isLate = ageMs !== undefined && ageMs >= 1000;
  const text = isLate ? `${(ageMs / 1000).toFixed(1)} s behind` : "live";
  setText("prices-age", ageMs === undefined ? "" : text);
  find("prices-age").classList.toggle("late", isLate);
}

/**
 * @param {string} id
 * @param {number} value
 * @param {number} [max]
 */
function setMeter(id, value, max) {
  const meter = /** @type {HTMLMeterElement} */ (find(id));
  if (max) meter.max = max;
  meter.value = value;
}
