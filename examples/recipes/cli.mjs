// @ts-check
// Sends the lines of standard input as messages, and prints the messages that arrive:
//
//   node cli.mjs wss://api.example.com/feed
import { createInterface } from "node:readline";
import { connect } from "wschan";

const client = await connect(process.argv[2] ?? "");

async function sendLines() {
  for await (const line of createInterface({ input: process.stdin })) await client.send(line);
  // The pong comes after the replies that the server has sent until then.
  await client.ping();
  await client.close();
}

// The loop below reports the end of the connection.
sendLines().catch(() => {});
for await (const { type, data } of client.channel()) {
  console.log(type === "text" ? data : `(${data.length} bytes)`);
}
const { code, reason, error } = await client.closed;
console.error(`closed with ${code}${reason && `: ${reason}`}`);
process.exitCode = error ? 1 : 0;
// Would keep the process alive if the server has closed first.
process.stdin.destroy();
