/**
 * What isomorphic-ws is in a browser. tsconfig.core.json puts it in the place of the package's own types,
 * which bring in those of Node.
 */
declare const PlatformWebSocket: typeof WebSocket | undefined;
export default PlatformWebSocket;
