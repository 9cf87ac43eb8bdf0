import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProvider, BrowserProviderOption } from "vitest/node";
import { launchWebKit } from "./webkit.js";
import type { WebKit } from "./webkit.js";

/** Returns a provider with which Vitest runs tests in WebKitGTK. */
export function webkit(): BrowserProviderOption {
  return defineBrowserProvider({
    name: "webkitgtk",
    supportedBrowser: ["webkit"],
    options: {},
    providerFactory: () => new WebKitProvider(),
  });
}

class WebKitProvider implements BrowserProvider {
  readonly name = "webkitgtk";
  readonly supportsParallelism = false;
  #browser: Promise<WebKit> | undefined;

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_session: string, url: string): Promise<void> {
    this.#browser ??= launchWebKit();
    await (await this.#browser).goto(url);
  }

  async close(): Promise<void> {
    // An error of the launch has already been reported by `openPage`.
    const browser = await this.#browser?.catch(() => undefined);
    await browser?.[Symbol.asyncDispose]();
  }
}
