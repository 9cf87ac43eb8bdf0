import { microtask } from "../time/clock.js";

/** Calls a listener of the application. An exception that it throws is reported as uncaught, and ends nothing. */
export function callListener<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    microtask(() => {
      throw error;
    });
  }
}
