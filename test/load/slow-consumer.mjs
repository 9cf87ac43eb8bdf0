// A consumer that takes one message per 10 ms, and reports what it holds meanwhile. A process of its
// own, so that the memory is the client's alone.
import { connect } from "wschan";

const [url, count] = process.argv.slice(2);

/** What is held and what the process takes, after a collection: dead socket reads are nobody's. */
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
