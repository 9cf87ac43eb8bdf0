import type { TestProject } from "vitest/node";
import { startScriptedServer } from "../../test/transport/scripted-server.js";
import { requireBrowser } from "./browsers.js";
import type { BrowserName } from "./find-browsers.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the conformance suite's server. */
    readonly scriptedServer: string;
  }
}

/** Starts the server of suites that run in a page. Vitest calls this global setup in Node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireBrowser(project.config.browser.name as BrowserName);
  const server = await startScriptedServer();
  project.provide("scriptedServer", server.url);
  return () => server.stop();
}
