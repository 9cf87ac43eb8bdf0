// Receives the packets of a live stream and prints them.
//
//   node examples/codec-packets/index.mjs
import { connect } from "wschan";
import { packets } from "../codec-packets.mjs";
import { AUTHENTICATE, SAID, startStream } from "./server.mjs";

const server = await startStream();
const client = await connect(server.url, { codec: packets() });
await client.send({ operation: AUTHENTICATE, body: new TextEncoder().encode('{"room":1}') });
for await (const { operation, body } of client) {
  const text = new TextDecoder().decode(body);
  console.log(operation === SAID ? `${JSON.parse(text).text}` : `operation ${operation}: ${text}`);
}
server.close();
