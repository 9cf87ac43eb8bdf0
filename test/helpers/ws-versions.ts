import { createRequire } from "node:module";
import type { WebSocket } from "ws";

/**
 * Installed names of the oldest and the newest `ws` that the range in package.json allows. The newest is
 * the dependency itself. When the oldest becomes a different version, add an alias for it to
 * `devDependencies`, such as `"ws-oldest": "npm:ws@8.23.0"`, and to this list.
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
