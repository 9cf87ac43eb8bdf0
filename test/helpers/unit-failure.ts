import { expect } from "vitest";
import { WsError } from "../../src/errors/ws-error.js";

/** The `WsError` that a promise rejects with, or that a call throws; fails where there is none. */
export async function failure(attempt: Promise<unknown> | (() => unknown)): Promise<WsError> {
  let value: unknown;
  try {
    value = await (typeof attempt === "function" ? attempt() : attempt);
  } catch (error) {
    expect(WsError.is(error), `not a WsError: ${String(error)}`).toBe(true);
    return error as WsError;
  }
  throw new Error(`it did not fail: ${JSON.stringify(value) ?? typeof value}`);
}

/** The code of what {@link failure} finds. */
export async function failureCode(attempt: Promise<unknown> | (() => unknown)): Promise<string> {
  return (await failure(attempt)).code;
}

/** Says how a promise stands, without waiting for it. */
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

/** Lets what is settled be heard of: more microtasks than any chain of promises here is long. */
export async function microtasks(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
