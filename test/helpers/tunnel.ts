import { Agent } from "node:http";
import { connect } from "node:net";
import type { TcpNetConnectOpts } from "node:net";
import { Duplex } from "node:stream";

/** A stream over a TCP connection that is not a `Socket`, like those of proxy agents and SSH clients. */
export class Tunnel extends Duplex {
  constructor(options: TcpNetConnectOpts) {
    const socket = connect(options);
    super({
      read: () => void socket.resume(),
      write: (chunk: Buffer, _, done) => void socket.write(chunk, done),
      final: (done) => void socket.end(done),
      destroy: (error, done) => {
        socket.destroy();
        done(error);
      },
    });
    socket.on("data", (chunk) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }
}

/** An agent whose connections are {@link Tunnel}s. */
export class TunnelAgent extends Agent {
  override createConnection(options: object): Duplex {
    return new Tunnel(options as TcpNetConnectOpts);
  }
}
