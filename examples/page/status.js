// @ts-check

/**
 * What the server says of a connection: bytes and prices that wait in it, prices made, those that wait
 * included, and prices it skipped.
 *
 * @typedef {object} Report
 * @property {number} bufferedAmount
 * @property {number} unsent
 * @property {number} produced
 * @property {number} skipped
 */

/**
 * Asks the server what it holds for the connection `id`, over a connection of its own: what is said on
 * the slow one waits behind the prices. Ends with `signal`, or when the server goes away, of which the
 * watched connection tells.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 * @param {(report: Report) => void} onReport
 */
export async function watchServer(id, signal, onReport) {
  try {
    const client = await wschan.connect("status", { signal });
    signal.addEventListener("abort", () => void client.close());
    await client.send(JSON.stringify({ op: "watch", id }));
    for await (const { data } of client) {
      const { connected, ...report } = JSON.parse(String(data));
      if (connected && !signal.aborted) onReport(report);
    }
  } catch (error) {
    if (!wschan.WsError.is(error)) throw error;
  }
}
