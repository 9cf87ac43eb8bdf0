// @ts-check
// The demo's page: the price stream over one connection, which the switches make slow, and the chat over
// another. The library is the global `wschan`.
import { Chart } from "./chart.js";
import { startChat } from "./chat.js";
import { Connection } from "./connection.js";
import { find, findInput } from "./dom.js";
import { readPrices } from "./feed.js";
import { watchServer } from "./status.js";
import { showAge, showClient, showNoReport, showPhase, showReadRate, showReport } from "./view.js";

/** Half the default: at 4 MiB of text a second it is reached in 8 s, and the end can be watched. */
const BUFFER_LIMIT = 32 * 1024 * 1024;

/** How often the numbers are shown anew, in ms. */
const REFRESH = 200;
/** The time over which the rate of reading is counted, in ms. */
const RATE_SPAN = 1000;
/** How often the chart moves, in ms, and how often for those who ask for little motion. */
const FRAME = 33;
const CALM_FRAME = 1000;

const slow = findInput("slow");
const stream = findInput("stream");
const charts = new Map(
  [...document.querySelectorAll("figure")].map((figure) => [
    figure.dataset.symbol,
    new Chart(figure),
  ]),
);

/** By which the server knows this page's connection: see `/status`. */
const id = Array.from(crypto.getRandomValues(new Uint8Array(4)), (n) => n.toString(36)).join("");

/**
 * When the newest price that was read was made.
 *
 * @type {number | undefined}
 */
let newest;
let read = 0;
/** Ends the reading of the connection before: what it left unread is nobody's any more. */
let over = new AbortController();

const connection = new Connection(`prices?id=${id}`, {
  onOpen(client) {
    over.abort();
    over = new AbortController();
    newest = undefined;
    for (const chart of charts.values()) chart.clear();
    void readPrices(client, { isSlow: () => slow.checked, onPrice, signal: over.signal });
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
    bufferLimit: BUFFER_LIMIT,
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
  if (client) showClient(client, BUFFER_LIMIT);
}
setInterval(show, REFRESH);

let counted = performance.now();
setInterval(() => {
  const now = performance.now();
  showReadRate((read * 1000) / (now - counted));
  read = 0;
  counted = now;
}, RATE_SPAN);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let drawn = 0;
function draw() {
  requestAnimationFrame(draw);
  if (performance.now() - drawn < (calm.matches ? CALM_FRAME : FRAME)) return;
  drawn = performance.now();
  for (const chart of charts.values()) chart.draw(Date.now());
}

startChat();
draw();
void open();
