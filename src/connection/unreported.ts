/**
 * Marks a rejection of the promise as handled and returns the promise, so that callers need not await it. Use it
 * for operations whose failure `closed` also reports.
 */
export function unreported<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
