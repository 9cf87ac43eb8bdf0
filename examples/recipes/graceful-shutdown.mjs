// @ts-check
/** @import { ClientLike } from "wschan" */

/**
 * Makes SIGTERM and SIGINT end the process without the loss of a message: the returned signal aborts, which is the
 * moment to stop sending. Then everything that was sent leaves, the connection closes with 1001, and the process exits.
 *
 * @param {ClientLike} client
 * @param {number} deadlineMs The longest time that all of this may take.
 * @returns {AbortSignal}
 */
export function shutDownOnSignal(client, deadlineMs = 8_000) {
  const stopping = new AbortController();
  const shutDown = async () => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    // If the server neither reads nor answers, this ends the wait for it.
    const timer = setTimeout(() => client.terminate(), deadlineMs);
    // A client of `reconnecting` drops its queue when it closes, so wait for the queue first.
    await client.flush().catch(() => {});
    const { clean } = await client.close(1001, "shutting down");
    clearTimeout(timer);
    process.exit(clean ? 0 : 1);
  };
  for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => void shutDown());
  return stopping.signal;
}
