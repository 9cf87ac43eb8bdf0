import type { TestProject } from "vitest/node";
import { startScriptServer } from "../../test/compat/whatwg/server.js";
import { startScriptedServer } from "../../test/transport/scripted-server.js";
import { requireBrowser } from "./browsers.js";
import type { BrowserName } from "./find-browsers.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the conformance suite's server. */
    readonly scriptedServer: string;
    /** The URL of the server of the WHATWG suite. */
    readonly whatwgServer: string;
  }
}

/** Starts the servers of suites that run in a page. Vitest calls this global setup in Node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireBrowser(project.config.browser.name as BrowserName);
  const [scripted, whatwg] = await Promise.all([startScriptedServer(), startScriptServer()]);
  project.provide("scriptedServer", scripted.url);
  project.provide("whatwgServer", whatwg.url);
  return async () => {
    await Promise.all([scripted.stop(), whatwg.stop()]);
  };
}
