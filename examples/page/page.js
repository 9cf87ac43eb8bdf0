// @ts-check
// The demo's page: the price stream over one connection, which a switch makes slow, and the chat over another.
// The library is the global `wschan`.
import { Chart } from "./chart.js";
import { startChat } from "./chat.js";
import { Connection } from "./connection.js";
import { find, findInput } from "./dom.js";
import { readPrices } from "./feed.js";
import { watchServer } from "./status.js";
import { showAge, showClient, showNoReport, showPhase, showReadRate, showReport } from "./view.js";

/** Half the default, so that 4 MiB of unread text per second reach it in 8 s, while the viewer watches. */
const BUFFER_LIMIT_BYTES = 32 * 1024 * 1024;

/** The interval at which the numbers are updated. */
const REFRESH_MS = 200;
/** The time over which the read rate is measured. */
const RATE_SPAN_MS = 1000;
/** The interval between frames of the chart. */
const FRAME_MS = 33;
/** The same for users who prefer reduced motion. */
const REDUCED_MOTION_FRAME_MS = 1000;

const slow = findInput("slow");
const stream = findInput("stream");
const charts = new Map(
  [...document.querySelectorAll("figure")].map((figure) => [
    figure.dataset.symbol,
    new Chart(figure),
  ]),
);

/** Identifies this page's connection to the server: see `/status`. */
const id = Array.from(crypto.getRandomValues(new Uint8Array(4)), (n) => n.toString(36)).join("");

/**
 * The server time of the newest price that was read.
 *
 * @type {number | undefined}
 */
let newest;
let read = 0;
/** Stops reading the previous connection, whose unread prices are obsolete. */
let reading = new AbortController();

const connection = new Connection(`prices?id=${id}`, {
  onOpen(client) {
    reading.abort();
    reading = new AbortController();
    newest = undefined;
    for (const chart of charts.values()) chart.clear();
    void readPrices(client, { isSlow: () => slow.checked, onPrice, signal: reading.signal });
    const ended = new AbortController();
    void watchServer(id, ended.signal, (report) =>
      showReport(report, client.stats.messagesReceived),
    );
    void client.closed.then(() => {
      ended.abort();
      showNoReport();
    });
  },
  onChange: show,
});

/** @param {import("./feed.js").Price} price */
function onPrice({ symbol, price, time }) {
  charts.get(symbol)?.add(time, price);
  newest = time;
  read += 1;
}

function open() {
  return connection.open({
    backpressure: stream.checked ? "stream" : "auto",
    bufferLimit: BUFFER_LIMIT_BYTES,
    dialTimeout: "10s",
  });
}

find("action").addEventListener("click", () => {
  const { phase } = connection;
  void (phase === "closed" || phase === "lost" ? open() : connection.close());
});

stream.addEventListener("change", () => void connection.close().then(open));

function show() {
  const { phase, loss, client } = connection;
  showPhase(phase, loss);
  showAge(phase === "open" && newest !== undefined ? Date.now() - newest : undefined);
  if (client) showClient(client, BUFFER_LIMIT_BYTES);
}
setInterval(show, REFRESH_MS);

let counted = performance.now();
setInterval(() => {
  const now = performance.now();
  showReadRate((read * 1000) / (now - counted));
  read = 0;
  counted = now;
}, RATE_SPAN_MS);

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
let drawn = 0;
function draw() {
  requestAnimationFrame(draw);
  if (performance.now() - drawn < (reducedMotion.matches ? REDUCED_MOTION_FRAME_MS : FRAME_MS))
    return;
  drawn = performance.now();
  for (const chart of charts.values()) chart.draw(Date.now());
}

startChat();
draw();
void open();
