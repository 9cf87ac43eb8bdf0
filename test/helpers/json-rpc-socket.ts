import { AbstractMessageReader, AbstractMessageWriter } from "vscode-jsonrpc/node";
import type { DataCallback, Disposable, Message } from "vscode-jsonrpc/node";
import type { WebSocket } from "ws";

/** Reads the messages of vscode-jsonrpc from a socket of `ws`. */
export class SocketReader extends AbstractMessageReader {
  readonly #socket: WebSocket;
  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }
  listen(callback: DataCallback): Disposable {
    this.#socket.on("message", (data: Buffer) => {
      callback(JSON.parse(data.toString()) as Message);
    });
    return { dispose: () => {} };
  }
}

/** Writes the messages of vscode-jsonrpc to a socket of `ws`. */
export class SocketWriter extends AbstractMessageWriter {
  readonly #socket: WebSocket;
  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }
  write(message: Message): Promise<void> {
    this.#socket.send(JSON.stringify(message));
    return Promise.resolve();
  }
  end(): void {
    // The tests end the socket.
  }
}
