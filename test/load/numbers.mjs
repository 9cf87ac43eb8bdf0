// Sends as many numbered messages as the path says, at the pace at which they are taken.
import { parentPort } from "node:worker_threads";
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
server.on("listening", () => parentPort.postMessage(server.address()));
server.on("connection", async (socket, request) => {
  const total = Number(request.url.slice(1));
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
  }
  socket.close(1000);
});
