import { createServer } from "node:http";
import { WebSocketServer } from "ws";

/**
 * Accepts each text of a client once and in order. The path of the URL is the client's name. Accepted texts
 * are kept across connections; a real server stores them in its database, to keep them across restarts.
 */
export class MailServer {
  /**
   * Accepted texts, by client.
   *
   * @type {Map<string, string[]>}
   */
  accepted = new Map();
  /**
   * The latest connection of each client; older ones are ignored.
   *
   * @type {Map<string, import("ws").WebSocket>}
   */
  #latest = new Map();
  #http = createServer();

  constructor() {
    const server = new WebSocketServer({ server: this.#http });
    server.on("connection", (socket, { url = "" }) => this.#serve(socket, url));
  }

  /** @returns {Promise<string>} the URL of the server */
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
    const texts = this.accepted.get(client) ?? [];
    this.accepted.set(client, texts);
    socket.on("message", (data) => {
      // The client has reconnected, and sends its unacknowledged texts again on the new connection.
      if (this.#latest.get(client) !== socket) return;
      const { number, text } = JSON.parse(String(data));
      // Accepts neither a text that was accepted before, nor one that follows a gap.
      if (number === texts.length + 1) texts.push(text);
      socket.send(String(texts.length));
    });
  }
}
