// @ts-check
import { formatPrice } from "./format.js";

/** The time that the chart shows. */
const SPAN_MS = 30_000;
/** The time per point: prices within it become one point, so there are at most 600 points. */
const POINT_MS = 50;
/** The shortest time without prices that breaks the line, because the server skipped prices. */
const GAP_MS = 1_000;

/** The size in SVG units. CSS stretches the chart; lines keep their width. */
const WIDTH = 1000;
const HEIGHT = 200;
const MARGIN = 16;

const SVG = "http://www.w3.org/2000/svg";

/**
 * Draws the prices of one symbol over the last half minute. The line ends at the time of the newest price: the
 * further that is from the right edge, the further this page is behind.
 */
export class Chart {
  /** @type {{ time: number, price: number }[]} */
  #points = [];
  #symbol;
  #svg = createSvg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
  });
  #area = createSvg("path", { class: "area" });
  #line = createSvg("path", { class: "line" });
  #tip = createSvg("path", { class: "tip" });
  #price = createText("span", "price");
  #change = createText("span", "change");
  #high = createText("span", "high");
  #low = createText("span", "low");

  /** @param {HTMLElement} figure with the symbol in `data-symbol` */
  constructor(figure) {
    this.#symbol = String(figure.dataset.symbol);
    for (const share of [0.25, 0.5, 0.75]) {
      const y = HEIGHT * share;
      this.#svg.append(createSvg("path", { class: "grid", d: `M0 ${y}H${WIDTH}` }));
    }
    for (const share of [1 / 3, 2 / 3]) {
      const x = Math.round(WIDTH * share);
      this.#svg.append(createSvg("path", { class: "grid", d: `M${x} 0V${HEIGHT}` }));
    }
    this.#svg.append(this.#area, this.#line, this.#tip);
    const caption = document.createElement("figcaption");
    caption.append(createText("span", "symbol", this.#symbol), this.#price, this.#change);
    const plot = createText("div", "plot");
    plot.append(this.#svg, this.#high, this.#low);
    const axis = createText("div", "axis");
    axis.append(...["30 s ago", "20 s", "10 s", "now"].map((text) => createText("span", "", text)));
    figure.append(caption, plot, axis);
  }

  /**
   * @param {number} time
   * @param {number} price
   */
  add(time, price) {
    const point = { time, price };
    const last = this.#points.at(-1);
    if (last && Math.floor(last.time / POINT_MS) === Math.floor(time / POINT_MS)) {
      this.#points[this.#points.length - 1] = point;
    } else {
      this.#points.push(point);
      if (this.#points.length > 2 * (SPAN_MS / POINT_MS)) this.#trim(time);
    }
  }

  clear() {
    this.#points = [];
  }

  /** @param {number} now the time at the right edge */
  draw(now) {
    const newest = this.#points.at(-1);
    this.#trim(now);
    if (newest) {
      const { price } = newest;
      const first = this.#points[0] ?? newest;
      const change = (price / first.price - 1) * 100;
      this.#price.textContent = formatPrice(price);
      this.#change.textContent = `${change < 0 ? "−" : "+"}${Math.abs(change).toFixed(2)} %`;
      this.#change.dataset.direction = change < 0 ? "down" : "up";
      this.#svg.setAttribute("aria-label", `${this.#symbol} over the last 30 seconds`);
    }
    const prices = this.#points.map(({ price }) => price);
    if (prices.length === 0) {
      for (const path of [this.#area, this.#line, this.#tip]) path.setAttribute("d", "");
      return;
    }
    const high = Math.max(...prices);
    const low = Math.min(...prices);
    this.#high.textContent = formatPrice(high);
    this.#low.textContent = formatPrice(low);
    this.#plot(now, low, high);
  }

  /**
   * @param {number} now
   * @param {number} low
   * @param {number} high
   */
  #plot(now, low, high) {
    const scale = (HEIGHT - 2 * MARGIN) / (high - low || 1);
    let line = "";
    let area = "";
    let before = -Infinity;
    let x = 0;
    let y = 0;
    for (const { time, price } of this.#points) {
      const isGap = time - before > GAP_MS;
      if (isGap && area) area += `V${HEIGHT}Z`;
      x = round(WIDTH * (1 - (now - time) / SPAN_MS));
      y = round(HEIGHT - MARGIN - (price - low) * scale);
      line += `${isGap ? "M" : "L"}${x} ${y}`;
      area += isGap ? `M${x} ${HEIGHT}V${y}` : `L${x} ${y}`;
      before = time;
    }
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", `${area}V${HEIGHT}Z`);
    // A line of length 0 with round caps is a dot, even if the chart is stretched.
    this.#tip.setAttribute("d", `M${x} ${y}h0`);
  }

  /** @param {number} now */
  #trim(now) {
    const begin = this.#points.findIndex(({ time }) => time >= now - SPAN_MS);
    this.#points.splice(0, begin < 0 ? this.#points.length : begin);
  }
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/**
 * @param {"svg" | "path"} name
 * @param {Record<string, string>} attributes
 */
function createSvg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string} [text]
 */
function createText(name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
