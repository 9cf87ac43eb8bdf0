// A consumer that takes one message per 10 ms, and reports what it holds meanwhile. A process of its
// own, so that the memory is the client's alone.
import { connect } from "wschan";

const [url, seconds] = process.argv.slice(2);

/** Live memory: what a collection leaves, buffers outside the heap included. */
function memory() {
  globalThis.gc();
  return process.memoryUsage.rss();
}

const client = await connect(url);
// The first messages pay for what is allocated once.
for (let i = 0; i < 64; i++) await client.receive();
const before = memory();
const end = performance.now() + Number(seconds) * 1000;
let peak = before;
let buffered = 0;
let next = 64;
while (performance.now() < end) {
  await new Promise((resolve) => setTimeout(resolve, 10));
  const { value } = await client.receive();
  if (new DataView(value.data.buffer).getUint32(0) !== next++) throw new Error("out of order");
  buffered = Math.max(buffered, client.stats.bytesBuffered);
  peak = Math.max(peak, process.memoryUsage.rss());
}
const { timesPaused } = client.stats;
const { backpressure } = client;
await client.close();
console.log(JSON.stringify({ growth: peak - before, buffered, timesPaused, backpressure, taken: next }));
