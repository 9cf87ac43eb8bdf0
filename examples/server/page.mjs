import { readFile } from "node:fs/promises";

const PAGE = new URL("../page/", import.meta.url);
const DIST = new URL("../../dist/", import.meta.url);

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";
const ICON = "image/svg+xml";

/** The served files by URL path. A requested path is only looked up here and never becomes a file name. */
const FILES = new Map([
  ["/", { file: new URL("index.html", PAGE), type: HTML }],
  ["/page.css", { file: new URL("page.css", PAGE), type: CSS }],
  ["/icon.svg", { file: new URL("icon.svg", PAGE), type: ICON }],
  ...["page", "connection", "feed", "status", "chart", "chat", "view", "format", "dom"].map(
    (name) =>
      /** @type {const} */ ([`/${name}.js`, { file: new URL(`${name}.js`, PAGE), type: SCRIPT }]),
  ),
  ["/wschan.umd.js", { file: new URL("wschan.umd.js", DIST), type: SCRIPT }],
]);

const HEADERS = {
  // Allows the page's own scripts, styles, icon and connections, and nothing else.
  "Content-Security-Policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; "),
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  // A reload then shows files that were edited or rebuilt.
  "Cache-Control": "no-store",
};

/**
 * Serves the demo's page: `/` and the other files of examples/page, and dist/wschan.umd.js, which the page
 * loads with a script tag. Any other path is 404.
 *
 * @param {string} path without a query
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
export async function servePage(path, { method }, response) {
  const known = FILES.get(path);
  if (!known) return respond(response, 404, "Not Found\n");
  if (method !== "GET" && method !== "HEAD") {
    return respond(response, 405, "Method Not Allowed\n", { Allow: "GET, HEAD" });
  }
  let content;
  try {
    content = await readFile(known.file);
  } catch {
    return respond(response, 500, "Internal Server Error\n");
  }
  respond(response, 200, content, { ...HEADERS, "Content-Type": known.type });
}

/**
 * Sends a whole response.
 *
 * @param {import("node:http").ServerResponse} response
 * @param {number} status
 * @param {string | Buffer} body plain text unless `headers` say otherwise
 * @param {import("node:http").OutgoingHttpHeaders} [headers]
 */
export function respond(response, status, body, headers = {}) {
  response.writeHead(status, {
    "Content-Type": "text/plain",
    "Content-Length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
