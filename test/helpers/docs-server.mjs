// @ts-check
// Loaded before each runnable block of the documentation. Answers its dials with a feed that sends two prices after the
// first message of the client, and then closes the connection.
import { TestServer } from "../../dist/testing/node.mjs";

const PRICES = [
  { symbol: "ABC", price: 42 },
  { symbol: "XYZ", price: 7 },
];

new TestServer("*").on(async (peer) => {
  if (!(await peer.receive()).ok) return;
  try {
    for (const price of PRICES) await peer.send(JSON.stringify(price));
    await peer.close(1000);
  } catch (error) {
    // The block may close the connection first.
    if (/** @type {import("wschan").WsError} */ (error).code !== "CLOSED") throw error;
  }
});
