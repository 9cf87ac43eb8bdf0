import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { installPacked } from "../helpers/pack.js";

/** A user's program that uses the main features of the package. */
const PROGRAM = `
const client = await connect(url, {
  headers: { Authorization: \`Bearer \${token}\` }, protocols: ["graphql-ws"],
  dialTimeout: "10s", readTimeout: "30s", compression: COMPRESSION.CONTEXT_TAKEOVER,
});
await client.send("Hello, Server!");
await client.send(bytes, BINARY);
if (client.canPing) console.log(await client.ping() > 0);
const messages = client.channel();
const { value: msg, ok } = await messages.receive();
use(msg, ok);
let timeout = after("30s");
const r = await select([messages.caseReceive(), timeout.caseReceive()]);
if (r.index === 1) timeout = after("30s");
else if (r.ok) use(r.value);
await client.send("three more, please");
let left = 3;
for await (const message of client) { use(message); if (--left === 0) break; }
console.log(await client.close(CLOSE_CODES.NORMAL, "Session ended"));
console.log(websocket.connect === connect, websocket.TEXT, websocket.CLOSE_CODES.NORMAL);
console.log(errors.TIMEOUT, client.compression, client.protocol, client.state);
`;

const NAMES = "connect, select, after, CLOSE_CODES, COMPRESSION, BINARY, errors";
const SETUP = `
const url = process.env.WSCHAN_URL ?? "", token = "t0ken", bytes = new Uint8Array([1, 2, 3]);
const use = (...values) => console.log(...values);
`;

const EXPECTED = `true
{ type: 'text', data: 'Hello, Server!' } true
{ type: 'binary', data: Uint8Array(3) [ 1, 2, 3 ] }
{ type: 'text', data: 'three more, please' }
{ type: 'text', data: 'Bearer t0ken' }
{ type: 'text', data: 'over' }
{
  code: 1000,
  reason: 'Session ended',
  clean: true,
  by: 'local',
  sentCode: 1000
}
true 1 1000
TIMEOUT 1 graphql-ws closed
`;

let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
  await once(server, "listening");
  server.on("connection", (socket, request: IncomingMessage) => {
    socket.on("message", (data: Buffer, binary) => {
      socket.send(data, { binary });
      if (!data.toString().startsWith("three")) return;
      socket.send(request.headers.authorization ?? "");
      socket.send("over");
    });
  });
  process.env.WSCHAN_URL = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
});
afterAll(() => {
  server.close();
});

test.each([
  ["program.mjs", `import websocket, { ${NAMES} } from "wschan";${SETUP}${PROGRAM}`],
  [
    "program.cjs",
    `const websocket = require("wschan"), { ${NAMES} } = websocket;${SETUP}
     (async () => {${PROGRAM}})();`,
  ],
])(
  "a program that uses the main features runs from the packed package: %s",
  async (file, source) => {
    const packed = await installPacked();
    expect(await packed.run(file, source)).toEqual({ stdout: EXPECTED, stderr: "", code: 0 });
  },
);
