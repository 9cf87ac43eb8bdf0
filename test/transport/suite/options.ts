import type { Client, ConnectOptions, CreateContext } from "../../../src/node.js";

/** The capabilities of a platform's transport that its tests depend on. */
export interface SuiteCapabilities {
  readonly canPing: boolean;
  /** True if every close code is sent unchanged; false if codes that are not allowed are sent plus 3000. */
  readonly anyCloseCode: boolean;
  readonly backpressure: "socket" | "stream" | "buffer";
  /** True if bytes count as unsent while the peer accepts none; false if only until the platform has them. */
  readonly countsUnsent: boolean;
  /** True if the transport sees the handshake response, and so why a dial was refused. */
  readonly handshake: boolean;
}

/** The close code and reason that the server received. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/**
 * The server that the suite runs against. The query of the URL selects what a connection does. An HTTP request
 * with `?id=` is answered with the {@link Close} of that connection.
 */
export interface SuiteServer {
  /** Ends with a `/`. */
  readonly url: string;
  /** The URL that reports the end of a connection. Default: `url`, with `http:` for `ws:`. */
  readonly reportUrl?: string;
  /** Reports the end of a connection without HTTP. */
  readonly closeOf?: (id: string) => Promise<Close>;
  stop(): Promise<void>;
}

export interface SuiteOptions {
  readonly name: string;
  readonly connect: (url: string | URL, options?: ConnectOptions) => Promise<Client>;
  readonly createContext: CreateContext;
  readonly capabilities: SuiteCapabilities;
  readonly startServer: () => Promise<SuiteServer>;
}
