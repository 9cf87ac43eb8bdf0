import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import { WAIT_OPTIONS, waitFor } from "../time/wait.js";
import type { WaitOptions } from "../time/wait.js";
import { closedError } from "./channel.js";
import type { Case } from "./channel.js";
import type { ReceiveResult } from "./queue.js";

/** Options of {@link select}. */
export interface SelectOptions extends WaitOptions {
  /**
   * True for Go's `default` case: if no case is ready, `select` does not wait but resolves with `index: -1`.
   * Default: false.
   */
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

/** The result of a {@link select} with `default: true` and no ready case. */
export interface DefaultResult {
  readonly default: true;
  readonly index: -1;
  readonly ok: false;
  readonly channel: undefined;
  readonly value: undefined;
}

/**
 * The result of a {@link select}: a union over its cases, discriminated by the literal type of `index`. A
 * receive has `ok` and `value`; a send has `ok: true`.
 *
 * @typeParam C The type of the list of cases.
 * @typeParam O The type of the options; with `default: true` the union includes {@link DefaultResult}.
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
 * Waits until one of the cases can proceed and runs exactly that one, like Go's `select`. If several are
 * ready, it chooses one at random, each with the same probability, so that none starves. The other cases
 * have no effect. If the select times out or is aborted, it has neither received nor sent a value.
 *
 * Rejects with `CHANNEL_TIMEOUT`, `ABORTED`, `INVALID_DURATION` or `INVALID_OPTION`, and with
 * `CHANNEL_CLOSED` if the chosen case sends on a closed channel.
 *
 * @param cases The cases, created by `caseReceive()` and `caseSend()`. An empty list is `INVALID_OPTION`
 * unless `default` or `timeout` is set, because the select could never resolve.
 * @param options `default` (false by default), `timeout` (milliseconds or a Go duration, for ever by
 * default) and `signal`.
 * @returns The outcome, with the `index` and `channel` of its case.
 *
 * @see https://go.dev/ref/spec#Select_statements
 */
export async function select<
  const C extends readonly AnyCase[],
  const O extends SelectOptions = Record<never, never>,
>(cases: C, options: O = {} as O): Promise<SelectResult<C, O>> {
  // Copies the list, because the caller may change it during the wait.
  const list = parseCases(cases);
  const [index, outcome] = await waitFor<readonly [number, unknown]>(
    "select",
    "CHANNEL_TIMEOUT",
    options,
    {
      attempt() {
        if (list.length === 0 && !options.default && options.timeout === undefined) {
          throw new WsError("INVALID_OPTION", "select: no cases: add one, default or timeout");
        }
        return tryInRandomOrder(list) ?? (options.default ? [-1, undefined] : undefined);
      },
      park(done) {
        const cancels = list.map((entry, i) => entry.park((result) => done([i, result])));
        return () => cancels.forEach((cancel) => cancel());
      },
    },
    SELECT_OPTIONS,
  );
  return toResult(index, list[index]?.channel, outcome) as SelectResult<C, O>;
}

/** Returns a copy of the cases. Throws `INVALID_OPTION` with the index of an invalid one. */
function parseCases(cases: readonly unknown[]): readonly AnyCase[] {
  if (!Array.isArray(cases)) throw invalid("select: cases", "an array", cases);
  // `Array.from` does not skip holes, unlike `map`.
  return Array.from(cases, (entry: AnyCase | undefined, index) => {
    if (typeof entry?.park === "function") return entry;
    throw invalid(`select: cases[${index}]`, "caseReceive() or caseSend()", entry);
  });
}

/** Tries the cases in random order until one proceeds; returns its index and outcome. */
function tryInRandomOrder(list: readonly AnyCase[]): [number, unknown] | undefined {
  const indices = [...list.keys()];
  while (indices.length > 0) {
    // `splice` rounds its first argument down.
    const [index = 0] = indices.splice(Math.random() * indices.length, 1);
    const outcome: unknown = list[index]?.attempt();
    if (outcome !== undefined) return [index, outcome];
  }
  return undefined;
}

function toResult(index: number, channel: unknown, outcome: unknown): unknown {
  if (index < 0) return { default: true, index, ok: false, channel, value: undefined };
  // The outcome of a send is false if its channel is closed.
  if (outcome === false) throw closedError();
  return { index, channel, ok: true, value: undefined, ...(outcome as object) };
}
