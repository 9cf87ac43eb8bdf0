// @ts-check

/**
 * The server's report about a connection: the bytes and prices that wait in the server, the prices generated
 * so far (including those that wait), and the prices it skipped.
 *
 * @typedef {object} Report
 * @property {number} bufferedAmount
 * @property {number} unsent
 * @property {number} produced
 * @property {number} skipped
 */

/**
 * Receives reports about the connection `id`. They come over a second connection, because on the slow one they
 * would wait after the prices. Ends when `signal` aborts or the connection is lost; the loss itself is shown by
 * the watched connection.
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
