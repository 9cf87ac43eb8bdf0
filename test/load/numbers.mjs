// Sends as many numbered messages as the path of the URL says, as fast as the client reads them. With
// `?burst=N` it sends 1 to N messages at a time, with a pause of one or two milliseconds in between.
import { setTimeout } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
server.on("listening", () => parentPort.postMessage(server.address()));
server.on("connection", async (socket, request) => {
  const { pathname, searchParams } = new URL(request.url, "ws://localhost");
  const total = Number(pathname.slice(1));
  const burst = Number(searchParams.get("burst"));
  let remaining = 0;
  for (let number = 0; number < total; number++) {
    const size = 10 + ((number * 7919) % 200) + (number % 1000 === 0 ? 70_000 : 0);
    const compress = number % 50 === 0;
    if (number % 2 === 0) socket.send(String(number).padEnd(size), { compress });
    else {
      const data = Buffer.alloc(size);
      data.writeUInt32BE(number);
      socket.send(data, { compress });
    }
    if (number % 100 === 99) {
      while (socket.bufferedAmount > 1_000_000) await new Promise((done) => setImmediate(done));
    }
    if (burst > 0 && remaining-- === 0) {
      await setTimeout(1 + (number % 2));
      remaining = (number * 7919) % burst;
    }
  }
  socket.close(1000);
});
