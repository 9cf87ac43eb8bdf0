import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "../helpers/browsers.js";
import { makeProject } from "../helpers/project.js";
import { GOOD_VISIT, html, SERVER, visit } from "../helpers/visit.js";

const DIST = "/node_modules/wschan/dist";

/** Returns a script that starts `worker.js` and gets the result from its message. */
const startWorker = (options: string): string => `<script>
  ${SERVER}
  globalThis.conversation = new Promise((resolve, reject) => {
    const worker = new Worker("worker.js?server=" + encodeURIComponent(server), ${options});
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
</script>`;

const fromGlobal = `<script type="module">
  import { talk } from "/talk.mjs";
  ${SERVER}
  globalThis.conversation = talk(wschan.connect, server);
</script>`;

interface Case {
  readonly how: string;
  readonly files: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  {
    how: "a script tag",
    files: { "index.html": html(`<script src="${DIST}/wschan.umd.js"></script>${fromGlobal}`) },
  },
  {
    how: "a script tag, minified",
    files: { "index.html": html(`<script src="${DIST}/wschan.umd.min.js"></script>${fromGlobal}`) },
  },
  {
    how: "a script tag of the script with all sub-paths, with a codec",
    files: {
      "index.html": html(`
        <script src="${DIST}/wschan.all.umd.min.js"></script>
        <script type="module">
          import { talk } from "/talk.mjs";
          ${SERVER}
          const codec = wschan.codec.gzip({ type: "binary" });
          globalThis.conversation = talk((url) => wschan.connect(url, { codec }), server);
        </script>`),
    },
  },
  {
    how: "a script tag of type module",
    files: {
      "index.html": html(`<script type="module">
        import { connect } from "${DIST}/browser.mjs";
        import { talk } from "/talk.mjs";
        ${SERVER}
        globalThis.conversation = talk(connect, server);
      </script>`),
    },
  },
  {
    how: "a script tag of type module that also imports a sub-path by its URL",
    files: {
      "index.html": html(`<script type="module">
        import { connect, WsError } from "${DIST}/browser.mjs";
        import { reconnecting } from "${DIST}/reconnect/browser.mjs";
        import { talk } from "/talk.mjs";
        ${SERVER}
        try {
          reconnecting("nonsense:");
        } catch (error) {
          if (!(error instanceof WsError)) throw new Error("two copies of the core");
        }
        globalThis.conversation = talk(connect, server);
      </script>`),
    },
  },
  {
    how: "an import map",
    files: {
      "index.html": html(`<script type="importmap">
        { "imports": { "wschan": "${DIST}/browser.mjs" } }
      </script>
      <script type="module">
        import websocket from "wschan";
        import { talk } from "/talk.mjs";
        ${SERVER}
        globalThis.conversation = talk(websocket.connect, server);
      </script>`),
    },
  },
  {
    how: "a module worker",
    files: {
      "index.html": html(startWorker(`{ type: "module" }`)),
      "worker.js": `
        import { connect } from "${DIST}/browser.mjs";
        import { talk } from "/talk.mjs";
        ${SERVER}
        postMessage(await talk(connect, server));`,
    },
  },
  {
    how: "a classic worker",
    files: {
      "index.html": html(startWorker("{}")),
      "worker.js": `
        importScripts("${DIST}/wschan.umd.js");
        ${SERVER}
        import("/talk.mjs").then(async ({ talk }) => postMessage(await talk(wschan.connect, server)));`,
    },
  },
];

let browser: Browser;
beforeAll(async () => {
  browser = await launch("chromium");
});
afterAll(() => browser.close());

test.each(CASES)("a page exchanges messages with a server by $how", async ({ files }) => {
  await using project = await makeProject(files);
  expect(await visit(browser, project.dir)).toEqual(GOOD_VISIT);
});
