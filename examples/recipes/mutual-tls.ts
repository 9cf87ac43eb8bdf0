// A client certificate that is read again for each connection, because it is renewed while the program runs.
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import type { ConnectionOptions } from "node:tls";
import { reconnecting } from "wschan/reconnect";
import type { ReconnectingClient, ReconnectOptions } from "wschan/reconnect";

export interface CertificateFiles {
  /** The client's certificate with its chain, and its key. */
  cert: string;
  key: string;
  /** The authority that has signed the server's certificate. */
  ca: string;
}

/** An agent that reads the files whenever it opens a connection. */
class RotatingAgent extends Agent {
  readonly #files: CertificateFiles;

  constructor(files: CertificateFiles) {
    // Without a cache of sessions. A resumed session would keep the old certificate.
    super({ maxCachedSessions: 0 });
    this.#files = files;
  }

  override createConnection(...[options, done]: Parameters<Agent["createConnection"]>) {
    const { cert, key, ca } = this.#files;
    const tls: ConnectionOptions = {
      cert: readFileSync(cert),
      key: readFileSync(key),
      ca: readFileSync(ca),
    };
    return super.createConnection({ ...options, ...tls }, done);
  }
}

/** Opens a client that identifies itself by a certificate. */
export function openMutualTls(
  url: string,
  files: CertificateFiles,
  options?: Omit<ReconnectOptions, "marker" | "node">,
): ReconnectingClient {
  return reconnecting(url, { ...options, node: { agent: new RotatingAgent(files) } });
}
