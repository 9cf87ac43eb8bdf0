// The recipes of docs/guide/hub.md for Vue, Svelte and Solid: bundled as for a page, and run.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { describe, expect, onTestFinished, test } from "vitest";
import { ROOT } from "../helpers/root.js";

/** The result of a scenario: the values that the recipe showed, and the number of changes after its component ended. */
interface Seen {
  readonly statuses: string[];
  readonly latest: unknown[];
  readonly statusesAfterEnd: number;
}

/** The part of each scenario that is the same: `start` shows the values, and returns what ends the component. */
const scenario = (start: string): string => `
  import { reconnecting } from "wschan/reconnect";
  import { TestServer } from "wschan/testing";
  ${start}
  const until = async (holds) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  export async function run() {
    const server = new TestServer();
    const client = reconnecting("wss://a.test");
    const statuses = [], latest = [];
    const end = start(client, ({ type }) => statuses.push(type), (data) => latest.push(data));
    const peer = await server.accept();
    await until(() => statuses.includes("open"));
    await peer.send("1");
    await until(() => latest.includes("1"));
    await peer.send("2");
    await until(() => latest.includes("2"));
    end();
    const count = statuses.length;
    await peer.send("3");
    await client.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await server.close();
    return { statuses, latest, statusesAfterEnd: statuses.length - count };
  }`;

const SCENARIOS = {
  vue: `
    import { effectScope, watchSyncEffect } from "vue";
    import { useClient } from "./examples/frameworks/vue.mjs";
    function start(client, onStatus, onLatest) {
      const scope = effectScope();
      scope.run(() => {
        const { status, latest } = useClient(client);
        watchSyncEffect(() => onStatus(status.value));
        watchSyncEffect(() => onLatest(latest.value));
      });
      return () => scope.stop();
    }`,
  svelte: `
    import { latest, status } from "./examples/frameworks/svelte.mjs";
    function start(client, onStatus, onLatest) {
      const ends = [status(client).subscribe(onStatus), latest(client).subscribe(onLatest)];
      return () => ends.forEach((end) => end());
    }`,
  solid: `
    import { createEffect, createRoot } from "solid-js";
    import { createClient } from "./examples/frameworks/solid.mjs";
    function start(client, onStatus, onLatest) {
      return createRoot((dispose) => {
        const { status, latest } = createClient(client);
        createEffect(() => onStatus(status()));
        createEffect(() => onLatest(latest()));
        return dispose;
      });
    }`,
};

describe.each(Object.entries(SCENARIOS))("the recipe for %s", (name, start) => {
  test("shows the status and the latest message until its component ends", async () => {
    const dir = mkdtempSync(join(ROOT, "node_modules/.frameworks-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const outfile = join(dir, "bundle.mjs");
    await build({
      stdin: { contents: scenario(start), resolveDir: ROOT },
      bundle: true,
      format: "esm",
      conditions: ["browser"],
      define: { "process.env.NODE_ENV": '"production"' },
      outfile,
    });
    const { run } = (await import(pathToFileURL(outfile).href)) as { run: () => Promise<Seen> };
    const { statuses, latest, statusesAfterEnd } = await run();
    expect([statuses[0], statuses.at(-1)]).toEqual(["connecting", "open"]);
    expect(latest).toEqual([undefined, "1", "2"]);
    expect(statusesAfterEnd).toBe(0);
  });

  test("is in docs/guide/hub.md as it runs", () => {
    const source = readFileSync(join(ROOT, `examples/frameworks/${name}.mjs`), "utf8");
    const page = readFileSync(join(ROOT, "docs/guide/hub.md"), "utf8");
    expect(page).toContain(`\`\`\`js\n${source}\`\`\`\n`);
  });
});
