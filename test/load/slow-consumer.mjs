// A consumer that receives one message per 10 ms, and reports how much memory it uses meanwhile. It is a
// separate process, so that only the client's memory is measured.
import { connect } from "wschan";

const [url, count] = process.argv.slice(2);

/** Returns the resident and the used memory, after a garbage collection that frees dead chunks. */
function memory() {
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, held: heapUsed + external };
}

const client = await connect(url);
const before = memory();
const growth = { rss: 0, held: 0 };
let buffered = 0;
let next = 0;
while (next < Number(count)) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  const { value } = await client.receive();
  if (new DataView(value.data.buffer).getUint32(0) !== next++) throw new Error("out of order");
  buffered = Math.max(buffered, client.stats.bytesBuffered);
  if (next % 20 === 0) {
    const { rss, held } = memory();
    growth.rss = Math.max(growth.rss, rss - before.rss);
    growth.held = Math.max(growth.held, held - before.held);
  }
}
const { timesPaused } = client.stats;
const { backpressure } = client;
console.log(JSON.stringify({ ...growth, buffered, timesPaused, backpressure }));
client.terminate();
