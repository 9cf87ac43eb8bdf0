/**
 * Marks a rejection of the promise as handled, and returns the promise. For operations whose failure
 * `closed` reports as well, so that a caller does not have to await them.
 */
export function unreported<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
