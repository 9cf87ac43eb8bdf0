// @ts-check
import { find, setText } from "./dom.js";
import { formatBytes, formatCount, formatMessages } from "./format.js";

/** @typedef {import("./connection.js").Phase} Phase */
/** @typedef {import("./connection.js").Loss} Loss */
/** @typedef {import("./status.js").Report} Report */

/** What each phase is called, and what the button then does. */
const PHASES = {
  connecting: { name: "Connecting", action: "Cancel" },
  open: { name: "Open", action: "Disconnect" },
  closing: { name: "Closing", action: "Cut off" },
  closed: { name: "Closed", action: "Reconnect" },
  lost: { name: "Lost", action: "Reconnect" },
};

/** What `client.backpressure` means to whoever watches. */
const MODES = {
  stream:
    "At work: a WebSocketStream. When the channel is full this page stops reading, the browser fills " +
    "up, and then the server has to wait: what it holds rises and levels off, and this page holds little.",
  buffer:
    "At work: the buffer. A plain browser WebSocket cannot be paused, so whatever is not read waits in " +
    "this page, up to bufferLimit; beyond it the connection ends with SLOW_CONSUMER.",
  socket:
    "At work: the socket. When the channel is full it is paused, and then the server has to wait.",
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
 * @param {number} limit its `bufferLimit`
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

/** @param {number} rate messages a second */
export function showReadRate(rate) {
  setText("read-rate", `${formatCount(Math.round(rate))}/s`);
}

/**
 * @param {Report} report
 * @param {number} received prices that have reached this page
 */
export function showReport({ bufferedAmount, unsent, produced, skipped }, received) {
  setText("server-bytes", formatBytes(bufferedAmount));
  setText("server-note", `${formatCount(unsent)} prices; it makes no more from 1 MiB on`);
  setMeter("server-meter", bufferedAmount);
  // The report and the prices travel apart: some may have arrived before it.
  const onTheWay = Math.max(0, produced - unsent - received);
  setText("way-count", `${formatCount(onTheWay)} prices`);
  setMeter("way-meter", onTheWay);
  setText("skipped", `${formatCount(skipped)} prices`);
}

/** There is no connection that the server could hold something for. */
export function showNoReport() {
  setText("server-bytes", "–");
  setText("server-note", "not connected");
  setMeter("server-meter", 0);
  setText("way-count", "–");
  setMeter("way-meter", 0);
}

/** @param {number | undefined} age of the newest price that was read, in ms; none: nothing is read */
export function showAge(age = NaN) {
  const isLate = age >= 1000;
  const late = `${(age / 1000).toFixed(1)} s behind`;
  setText("prices-age", Number.isNaN(age) ? "" : isLate ? late : "live");
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
