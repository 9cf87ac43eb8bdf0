import urls from "virtual:playground-modules";
import type { Command, Settings, Update } from "./messages.js";
import { findSyntaxError, parseSnippet } from "./parse-snippet.js";

/** A snippet that runs in a worker. */
export interface Run {
  send(command: Command): void;
  /** Ends the worker at once, also in the middle of a loop. */
  stop(): void;
}

export interface RunOptions {
  readonly code: string;
  readonly settings: Settings;
  readonly onUpdate: (update: Update) => void;
  /** Called if the snippet could not be loaded, with the reason. */
  readonly onFailure: (reason: string) => void;
}

const { runtime, ...modules } = urls;

/**
 * Runs a snippet in a worker that is made from its text. Such a worker has the content security policy of the page, so
 * the snippet cannot send requests to other sites. Throws if the snippet imports an unknown module, or exports.
 */
export function runSnippet({ code, settings, onUpdate, onFailure }: RunOptions): Run {
  const absolute = (path: string): string => new URL(path, location.href).href;
  const known = Object.entries(modules).map(([name, path]) => [name, absolute(path)] as const);
  const { imports, body } = parseSnippet(code, Object.fromEntries(known));
  // All on the first line, so that the lines of the snippet keep their numbers.
  const prelude =
    `import { start as $start } from ${JSON.stringify(absolute(runtime))}; ${imports} ` +
    `$start(${JSON.stringify(settings)}, async () => { `;
  const blob = new Blob([prelude, body, "\n});"], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, { type: "module", name: "snippet" });
  worker.addEventListener("message", ({ data }: MessageEvent<Update>) => {
    URL.revokeObjectURL(url);
    onUpdate(data);
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    URL.revokeObjectURL(url);
    onFailure(describeFailure(event, code));
  });
  return {
    send: (command) => worker.postMessage(command),
    stop() {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** Returns the reason why a worker did not start. Some browsers give none for a syntax error. */
function describeFailure({ message, lineno }: Partial<ErrorEvent>, code: string): string {
  if (message) return lineno ? `Line ${lineno}: ${message}` : message;
  const line = findSyntaxError(code);
  return line === undefined
    ? "The snippet could not be loaded. Perhaps it imports a name that the module does not have."
    : `Line ${line}: there is a syntax error.`;
}
