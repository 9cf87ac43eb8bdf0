import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/**
 * Takes each text of a client once and in order: the client's name is the path of its URL. What it has
 * taken outlives connections; a server that has to outlive itself keeps it in its database.
 */
export class MailServer {
  /** By client. @type {Map<string, string[]>} */
  taken = new Map();
  /** The connection that counts: the latest of a client. @type {Map<string, import("ws").WebSocket>} */
  #latest = new Map();
  #http = createServer();

  constructor() {
    const server = new WebSocketServer({ server: this.#http });
    server.on("connection", (socket, { url = "" }) => this.#serve(socket, url));
  }

  /** @returns {Promise<string>} its URL */
  listen() {
    return new Promise((resolve) => {
      this.#http.listen(0, "127.0.0.1", () => {
        const { port } = /** @type {import("node:net").AddressInfo} */ (this.#http.address());
        resolve(`ws://127.0.0.1:${port}`);
      });
    });
  }

  /** Breaks all connections, as a crash would. */
  cut() {
    for (const socket of this.#latest.values()) socket.terminate();
  }

  close() {
    this.cut();
    this.#http.close();
  }

  /**
   * @param {import("ws").WebSocket} socket
   * @param {string} client
   */
  #serve(socket, client) {
    this.#latest.get(client)?.terminate();
    this.#latest.set(client, socket);
    const texts = this.taken.get(client) ?? [];
    this.taken.set(client, texts);
    socket.on("message", (data) => {
      // Its client has left, and says it all again elsewhere.
      if (this.#latest.get(client) !== socket) return;
      const { number, text } = JSON.parse(String(data));
      // Neither what has been here before, nor what comes before its time.
      if (number === texts.length + 1) texts.push(text);
      socket.send(String(texts.length));
    });
  }
}
