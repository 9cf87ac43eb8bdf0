import { expect } from "vitest";
import { WsError } from "../../src/errors/ws-error.js";

/** Returns the `WsError` that a promise rejects with or a call throws. Fails if there is none. */
export async function failure(attempt: Promise<unknown> | (() => unknown)): Promise<WsError> {
  let value: unknown;
  try {
    value = await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    expect(WsError.is(error), `not a WsError: ${String(error)}`).toBe(true);
    return error as WsError;
  }
  throw new Error(`expected a WsError, got the value ${JSON.stringify(value) ?? typeof value}`);
}

/** Returns the code of {@link failure}. */
export async function failureCode(attempt: Promise<unknown> | (() => unknown)): Promise<string> {
  return (await failure(attempt)).code;
}

/** Returns the state of a promise without waiting for it to settle. */
export async function stateOf(
  promise: Promise<unknown>,
): Promise<"pending" | "resolved" | "rejected"> {
  let state: "pending" | "resolved" | "rejected" = "pending";
  promise.then(
    () => (state = "resolved"),
    () => (state = "rejected"),
  );
  await microtasks();
  return state;
}

/** Runs 20 rounds of microtasks, more than any chain of promises in the tests needs. */
export async function microtasks(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
