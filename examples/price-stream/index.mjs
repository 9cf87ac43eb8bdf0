// Prints a stream of prices with a heartbeat; the loop is in prices.mjs.
//
//   node examples/price-stream/index.mjs [url]      without a URL it starts the demo server itself
import { Channel, CLOSE_CODES, connect } from "wschan";
import { startDemoServer } from "../server/index.mjs";
import { streamPrices } from "./prices.mjs";

const PRICES = 100;

const givenUrl = process.argv[2];
const server = givenUrl ? undefined : await startDemoServer();
const client = await connect(givenUrl ?? `${server?.url}/prices`);

const stop = new Channel();
// Once: a second Ctrl-C meets no handler and ends the process at once.
process.once("SIGINT", () => stop.close());

let received = 0;
try {
  const events = streamPrices(client, {
    symbols: ["BTC-USD", "ETH-USD"],
    rate: 50,
    heartbeat: "500ms",
    stop,
  });
  for await (const event of events) {
    if (event.kind === "ping") {
      console.log(`ping ${event.milliseconds.toFixed(2)} ms`);
    } else {
      console.log(`${event.symbol} ${event.price.toFixed(2)}`);
      if (++received === PRICES) break;
    }
  }
} finally {
  const { code, clean } = await client.close(CLOSE_CODES.NORMAL, "seen enough");
  console.log(`closed with ${code}, ${clean ? "clean" : "not clean"}`);
  await server?.close();
}
