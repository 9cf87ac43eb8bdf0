import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { WAIT_OPTIONS, waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { closedError } from "./channel.js";
import type { Case } from "./channel.js";
import type { ReceiveResult } from "./queue.js";

/** How long a {@link select} waits, and whether it waits at all. */
export interface SelectOptions extends WaitOptions {
  /** Go's `default` case: if nothing is ready, resolve with `index: -1` instead of waiting. */
  readonly default?: boolean | undefined;
}

const SELECT_OPTIONS: readonly string[] = /* @__PURE__ */ WAIT_OPTIONS.concat("default");

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constraint: the case's own types are inferred
type AnyCase = Case<any, any>;

type IndexOf<K> = K extends `${infer I extends number}` ? I : number;

type Outcome<I, C, R> =
  R extends ReceiveResult<unknown>
    ? { readonly index: I; readonly channel: C } & R
    : { readonly index: I; readonly channel: C; readonly ok: true; readonly value: undefined };

type CaseResult<I, K> = K extends Case<infer C, infer R> ? Outcome<I, C, R> : never;

/** The result of a `default` that was taken. */
export interface DefaultResult {
  readonly default: true;
  readonly index: -1;
  readonly ok: false;
  readonly channel: undefined;
  readonly value: undefined;
}

/**
 * What happened: a union over the cases, told apart by the literal `index`. A case that received has
 * `ok` and `value`; a case that sent has `ok: true`.
 */
export type SelectResult<C extends readonly unknown[], O = unknown> =
  | (number extends C["length"]
      ? CaseResult<number, C[number]>
      : { [K in keyof C & `${number}`]: CaseResult<IndexOf<K>, C[K]> }[keyof C & `${number}`])
  | (O extends { readonly default: false }
      ? never
      : O extends { readonly default: boolean }
        ? DefaultResult
        : never);

/**
 * Waits until one of the cases can happen and lets exactly that one happen, as in Go. Among several that
 * are ready it chooses by lot, each as likely as the others, so that none starves. The losing cases
 * leave nothing behind, and a select that is cancelled or too late has taken and sent nothing.
 *
 * Rejects with `CHANNEL_TIMEOUT`, `ABORTED`, `INVALID_DURATION`, `INVALID_OPTION` (no cases and neither
 * default nor timeout), or `CHANNEL_CLOSED` when the case that happens sends on a closed channel.
 *
 * @see https://go.dev/ref/spec#Select_statements
 */
export async function select<
  const C extends readonly AnyCase[],
  const O extends SelectOptions = Record<never, never>,
>(cases: C, options: O = {} as O): Promise<SelectResult<C, O>> {
  // Copied: the caller may change the list while we wait.
  const list = parseCases(cases);
  const [index, outcome] = await waitFor<readonly [number, unknown]>(
    "select",
    "CHANNEL_TIMEOUT",
    options,
    {
      attempt() {
        if (list.length === 0 && !options.default && options.timeout === undefined) {
          throw new WsError(
            "INVALID_OPTION",
            "select: no cases: give at least one, default or timeout",
          );
        }
        return tryByLot(list) ?? (options.default ? [-1, undefined] : undefined);
      },
      park(done) {
        const leave = list.map((entry, at) => entry.park((result) => done([at, result])));
        return () => leave.forEach((stop) => stop());
      },
    },
    SELECT_OPTIONS,
  );
  return toResult(index, list[index]?.channel, outcome) as SelectResult<C, O>;
}

/** Returns a copy of the cases; throws `INVALID_OPTION`, naming the one that is none. */
function parseCases(cases: readonly unknown[]): readonly AnyCase[] {
  if (!Array.isArray(cases)) throw invalid("select: cases", "an array", cases);
  // Unlike `map`, it does not skip holes.
  return Array.from(cases, (entry: AnyCase | undefined, index) => {
    if (typeof entry?.park === "function") return entry;
    throw invalid(`select: cases[${index}]`, "caseReceive() or caseSend()", entry);
  });
}

/** Lets one of the cases happen that can: tried in a random order, each comes first alike. */
function tryByLot(list: readonly AnyCase[]): [number, unknown] | undefined {
  const left = [...list.keys()];
  // `splice` rounds down.
  while (left.length > 0) {
    const [index = 0] = left.splice(Math.random() * left.length, 1);
    const outcome: unknown = list[index]?.attempt();
    if (outcome !== undefined) return [index, outcome];
  }
  return undefined;
}

function toResult(index: number, channel: unknown, outcome: unknown): unknown {
  if (index < 0) return { default: true, index, ok: false, channel, value: undefined };
  // A send's outcome is whether it was sent.
  if (outcome === false) throw closedError();
  return { index, channel, ok: true, value: undefined, ...(outcome as object) };
}
