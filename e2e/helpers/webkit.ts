import { spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../test/helpers/ports.js";
import { requireBrowser } from "./browsers.js";

/**
 * A shell script that runs the driver until standard input closes, which also happens if the parent process dies.
 * `xvfb-run` closes its display when the script has ended.
 */
const DRIVER_SCRIPT = '"$@" & read -r _; kill $!; wait';

/** The time limit for the start of the driver. */
const START_TIMEOUT_MS = 30_000;

/** A running WebKitGTK, on its own virtual display. */
export interface WebKit extends AsyncDisposable {
  /** Opens a page and waits until it has loaded. */
  goto(url: string): Promise<void>;
  /** Goes back in the history, and waits for that page. */
  back(): Promise<void>;
  /** Runs the body of an async function in the page, and resolves with its result. */
  evaluate(body: string): Promise<unknown>;
}

/** Launches WebKitGTK, and drives it by WebDriver, because Playwright can only drive its own build of WebKit. */
export async function launchWebKit(): Promise<WebKit> {
  const [driver = "", binary = "", , xvfb = ""] = requireBrowser("webkit");
  // The driver cannot choose a free port by itself.
  const port = await freePort();
  const process = spawn(xvfb, ["-a", "sh", "-c", DRIVER_SCRIPT, "sh", driver, `--port=${port}`], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  const exited = once(process, "exit");
  const stop = async (): Promise<void> => {
    process.stdin.end();
    await exited;
  };

  let base = `http://127.0.0.1:${port}`;
  /** Sends a WebDriver command, and resolves with the response. */
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
      exited.then(([code]) =>
        Promise.reject(new Error(`xvfb-run exited with code ${String(code)}`)),
      ),
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

/** Repeats a request until it succeeds. */
async function untilReady(request: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await request();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
