import { onBeforeUnmount, reactive, shallowRef } from "vue";
import type { ShallowRef } from "vue";
import type { Line, Picture, Settings, Update } from "./messages.js";
import type { Run } from "./run-snippet.js";

/** The most lines that each list keeps. */
const MAX_LINES = 200;

/** `ended`: the code has run to its end, and no connection is left. */
export type Phase = "idle" | "running" | "ended" | "failed" | "stopped";

/** A line with a key for the list. */
export type KeyedLine = Line & { readonly key: number };

export interface SessionState {
  phase: Phase;
  output: readonly KeyedLine[];
  events: readonly KeyedLine[];
  /** Lines of output that are not shown any more. */
  dropped: number;
}

export interface Session {
  readonly state: SessionState;
  readonly picture: Readonly<ShallowRef<Picture | undefined>>;
  /** Runs a snippet. `settings` is called when its code has loaded. */
  run(code: string, settings: () => Settings): Promise<void>;
  stop(): void;
  /** Stops, and clears what is shown. */
  clear(): void;
  change(settings: Settings): void;
  /** Cuts the connections. Returns false if no snippet runs. */
  cut(): boolean;
}

/** Creates the session of a component: at most one snippet that runs, and what is known about it. */
export function useSession(): Session {
  const state = reactive<SessionState>({ phase: "idle", output: [], events: [], dropped: 0 });
  const picture = shallowRef<Picture>();
  let current: Run | undefined;
  /** The number of the latest run. A run that waits for its code to load does not begin if there is a newer one. */
  let runs = 0;
  let keys = 0;

  const keyed = (lines: readonly Line[]): KeyedLine[] =>
    lines.map((line) => ({ ...line, key: ++keys }));

  function addOutput(lines: readonly Line[], dropped: number): void {
    const all = [...state.output, ...keyed(lines)];
    state.output = all.slice(-MAX_LINES);
    state.dropped += dropped + all.length - state.output.length;
  }

  function fail(text: string): void {
    addOutput([{ kind: "error", text, time: 0 }], 0);
    state.phase = "failed";
  }

  function onUpdate(update: Update): void {
    picture.value = update.picture;
    addOutput(update.output, update.dropped);
    if (update.events.length > 0) {
      state.events = [...state.events, ...keyed(update.events)].slice(-MAX_LINES);
    }
    if (update.picture.active > 0) state.phase = "running";
    else if (update.outcome !== "running") state.phase = update.outcome;
  }

  function end(): void {
    runs++;
    current?.stop();
    current = undefined;
  }

  function clear(): void {
    end();
    Object.assign(state, { phase: "idle", output: [], events: [], dropped: 0 });
    picture.value = undefined;
  }

  onBeforeUnmount(end);
  return {
    state,
    picture,
    clear,
    async run(code, settings) {
      clear();
      state.phase = "running";
      const run = runs;
      // Loaded late, because it needs the parser of the editor.
      const { runSnippet } = await import("./run-snippet.js");
      if (run !== runs) return;
      try {
        current = runSnippet({ code, settings: settings(), onUpdate, onFailure: fail });
      } catch (error) {
        fail(error instanceof Error ? error.message : String(error));
      }
    },
    stop() {
      if (state.phase === "idle" || state.phase === "stopped") return;
      end();
      state.phase = "stopped";
    },
    change: (settings) => current?.send({ type: "settings", settings }),
    cut() {
      current?.send({ type: "cut" });
      return current !== undefined;
    },
  };
}
