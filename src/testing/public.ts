export type { LinkOptions } from "./link.js";
export type { TestPeerEnd, TestRequest } from "./test-peer.js";
export type { RefuseOptions, TestServerOptions, TimesOptions } from "./server-options.js";
export { TestClock } from "./test-clock.js";
export { TestPeer } from "./test-peer.js";
