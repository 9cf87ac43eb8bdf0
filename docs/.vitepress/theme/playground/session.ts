import { onBeforeUnmount, reactive, shallowRef } from "vue";
import type { ShallowRef } from "vue";
import type { Line, Picture, Settings, Update } from "./messages.js";
import { SnippetError } from "./rewrite-imports.js";
import { runSnippet } from "./run-snippet.js";
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
  run(code: string, settings: Settings): void;
  stop(): void;
  /** Stops, and clears what is shown. */
  clear(): void;
  change(settings: Settings): void;
  cut(): void;
}

/** Creates the session of a component: at most one snippet that runs, and what is known about it. */
export function useSession(): Session {
  const state = reactive<SessionState>({ phase: "idle", output: [], events: [], dropped: 0 });
  const picture = shallowRef<Picture>();
  let current: Run | undefined;
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
    run(code, settings) {
      clear();
      state.phase = "running";
      try {
        current = runSnippet({ code, settings, onUpdate, onFailure: fail });
      } catch (error) {
        if (!(error instanceof SnippetError)) throw error;
        fail(error.message);
      }
    },
    stop() {
      if (!current || state.phase === "stopped") return;
      end();
      state.phase = "stopped";
    },
    change: (settings) => current?.send({ type: "settings", settings }),
    cut: () => current?.send({ type: "cut" }),
  };
}
