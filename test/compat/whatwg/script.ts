// The language in which a test tells the server what to do. Uses no Node API, because pages write it, too.

/** One step of a connection's script. Consecutive frames go out in one write, together with the handshake response. */
export type Step =
  | { readonly text: string }
  | { readonly binary: readonly number[] }
  /** Sends a close frame; `null` sends one without a body. */
  | { readonly close: number | null; readonly reason?: string | readonly number[] }
  | { readonly ping: string }
  /** Sends any frame, valid or not. */
  | { readonly frame: FrameFields }
  /** Waits for this many data messages, counted from the start. */
  | { readonly untilMessages: number }
  | { readonly until: "close frame" | "released" }
  /** Ends the TCP connection: in order, or with a reset. */
  | { readonly tcp: "end" | "reset" }
  /** Stops reading from the socket. */
  | { readonly read: false };

/** The fields of a frame. Default: a valid one without a payload. */
export interface FrameFields {
  readonly opcode: number;
  readonly fin?: boolean;
  readonly rsv1?: boolean;
  readonly rsv2?: boolean;
  readonly rsv3?: boolean;
  readonly mask?: boolean;
  /** Text, or bytes. */
  readonly payload?: string | readonly number[];
}

/** The behaviour of the server on one connection. */
export interface Script {
  /**
   * The answer to the request. Default: accepts it without a subprotocol.
   *
   * - `accept` adds headers, where `null` omits one of RFC 6455; `deflate` also accepts permessage-deflate;
   * - `refuse` is an HTTP status line; `write` is the whole answer;
   * - "challenge" asks for basic authentication, and accepts any; "end" ends the TCP connection.
   */
  readonly answer?:
    | { readonly accept: Readonly<Record<string, string | null>>; readonly deflate?: boolean }
    | { readonly refuse: string; readonly headers?: Readonly<Record<string, string>> }
    | { readonly write: string }
    | "challenge"
    | "end"
    | "nothing";
  /** Default: echoes each message. */
  readonly steps?: readonly Step[];
  /**
   * The reaction to a close frame. "answer" sends a close frame with the same code, unless one was sent before, and
   * ends the TCP connection; "end" only ends it. Default: "answer".
   */
  readonly onClose?: "answer" | "end" | "ignore";
}

/** The request and the frames that the server received on one connection. */
export interface Report {
  /** Header values of the request by lower-case name, with the path as `:path`. */
  readonly request: Readonly<Record<string, string>>;
  /** The data messages: texts, and the bytes of binary messages. */
  readonly messages: readonly (string | readonly number[])[];
  /** The close frame; the code is `null` if it has no body. */
  readonly close: { readonly code: number | null; readonly reason: string } | null;
  /** True if the server received all frames masked. */
  readonly masked: boolean;
}

/** The address of a script server. Ends with a `/`. */
export interface ScriptServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Returns the URL of a connection on which the server plays `script`. */
export function urlOf(server: string, id: string, script: Script): string {
  return `${server}?id=${id}&script=${encodeURIComponent(JSON.stringify(script))}`;
}

/** The questions that a test can ask the server about a connection, over HTTP. */
export type Question =
  /** Resolves with true if the server has received the request. */
  | "seen"
  /** Ends the step `until: "released"`. */
  | "release"
  /** Destroys the TCP connection, if it is still open. */
  | "drop"
  /** The {@link Report} after a number of data messages, after the close frame, or after the end of TCP. */
  | `messages-${number}`
  | "close"
  | "end";

/** Asks the server, and returns its answer. */
export async function ask(server: string, id: string, question: Question): Promise<unknown> {
  const url = server.replace(/^ws/, "http");
  const response = await fetch(`${url}?about=${id}&question=${question}`);
  return (await response.json()) as unknown;
}
