import { createRequire } from "node:module";
import type { WebSocket } from "ws";

/**
 * The names by which the oldest and the newest `ws` of the range in package.json are installed. The newest is
 * the dependency itself. Once the oldest is another one, it needs a name in `devDependencies`, as in
 * `"ws-oldest": "npm:ws@8.23.0"`, and here.
 */
const NAMES = ["ws"];

/** One installed version of `ws`. */
export interface WsVersion {
  readonly version: string;
  readonly WebSocket: typeof WebSocket;
}

const require = createRequire(import.meta.url);

export const WS_VERSIONS: readonly WsVersion[] = NAMES.map((name) => ({
  version: (require(`${name}/package.json`) as { readonly version: string }).version,
  WebSocket: require(name) as typeof WebSocket,
}));
