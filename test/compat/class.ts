// TEMPORARY baseline until src/compat exists.
import { WebSocket as Ws } from "ws";
type Native = typeof globalThis.WebSocket;
interface Options {
  readonly headers?: Readonly<Record<string, string>>;
  readonly keepAlive?: unknown;
  readonly protocols?: unknown;
}
export const WebSocket: Native =
  process.env.BASELINE === "native" ? globalThis.WebSocket : (Ws as unknown as Native);
export function webSocketClass(options: Options = {}): Native {
  if (process.env.BASELINE === "native") {
    return class extends globalThis.WebSocket {
      constructor(url: string | URL, protocols?: string | string[], own?: object) {
        super(url, { ...(protocols && { protocols }), ...options, ...own } as never);
      }
    };
  }
  return class extends Ws {
    constructor(url: string | URL, protocols?: string | string[], own?: object) {
      super(url, protocols, { ...options, ...own } as never);
    }
  } as unknown as Native;
}
