// Prints a stream of prices, with a ping at intervals. The loop is in prices.mjs.
//
//   node examples/price-stream/index.mjs [url]      starts the demo server if there is no URL
import { Channel, CLOSE_CODES, connect } from "wschan";
import { startDemoServer } from "../server/index.mjs";
import { streamPrices } from "./prices.mjs";

const PRICE_COUNT = 100;

const givenUrl = process.argv[2];
const server = givenUrl ? undefined : await startDemoServer();
const client = await connect(givenUrl ?? `${server?.url}/prices`);

const stop = new Channel();
// `once`, so that a second Ctrl-C ends the process at once.
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
      if (++received === PRICE_COUNT) break;
    }
  }
} finally {
  const { code, clean } = await client.close(CLOSE_CODES.NORMAL, "seen enough");
  console.log(`closed with ${code}, ${clean ? "clean" : "not clean"}`);
  await server?.close();
}
