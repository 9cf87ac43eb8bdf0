import { spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../test/helpers/ports.js";
import { requireBrowser } from "./browsers.js";

/**
 * Runs the driver until standard input ends: with whoever started it, however that ended. `xvfb-run`
 * takes its display down when this script has.
 */
const SCRIPT = '"$@" & read -r _; kill $!; wait';

/** How long the driver may take to start, in milliseconds. */
const START = 30_000;

/** WebKitGTK on a display of its own. */
export interface WebKit extends AsyncDisposable {
  /** Opens a page and waits until it has loaded. */
  goto(url: string): Promise<void>;
  /** Goes back in the history, and waits for that page. */
  back(): Promise<void>;
  /** What the body of a function returns in the page; a promise is waited for. */
  evaluate(body: string): Promise<unknown>;
}

/** Starts WebKitGTK, over WebDriver: Playwright drives only a build of its own. */
export async function launchWebKit(): Promise<WebKit> {
  const [driver = "", binary = "", , xvfb = ""] = requireBrowser("webkit");
  // The driver cannot choose one by itself.
  const port = await freePort();
  const process = spawn(xvfb, ["-a", "sh", "-c", SCRIPT, "sh", driver, `--port=${port}`], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const exited = once(process, "exit");
  const stop = async (): Promise<void> => {
    process.stdin.end();
    await exited;
  };

  let base = `http://127.0.0.1:${port}`;
  /** A WebDriver command and its answer. */
  const command = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(base + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: { message?: string } | null };
    if (!response.ok) throw new Error(`WebDriver ${method} ${path}: ${value?.message ?? ""}`);
    return value;
  };

  try {
    await Promise.race([
      untilReady(() => command("GET", "/status")),
      exited.then(([code]) => Promise.reject(new Error(`xvfb-run ended with ${String(code)}`))),
    ]);
    const options = { binary, args: ["--automation"] };
    const { sessionId } = (await command("POST", "/session", {
      capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } },
    })) as { sessionId: string };
    base += `/session/${sessionId}`;
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async goto(url) {
      await command("POST", "/url", { url });
    },
    async back() {
      await command("POST", "/back", {});
    },
    async evaluate(body) {
      const script = `const done = arguments[0];
        (async () => { ${body} })().then((value) => done({ value }), (e) => done({ error: String(e) }));`;
      const result = await command("POST", "/execute/async", { script, args: [] });
      const { value, error } = result as { value?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return value;
    },
    async [Symbol.asyncDispose]() {
      await command("DELETE", "").finally(stop);
    },
  };
}

/** Asks until there is an answer. */
async function untilReady(ask: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + START;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
