import { al as webSocketPlatform, p as platformClass } from '../core.mjs';
import { B as BaseTestServer } from './core.mjs';
export { T as TestClock, a as TestPeer } from './core.mjs';

const platforms = {
  kind: "browser",
  webSocketPlatform,
  closeEventClass: () => platformClass("CloseEvent")
};
class TestServer extends BaseTestServer {
  /**
   * @param pattern The URLs that go to this server, as in policies. Default: `"*"`, all but Unix sockets.
   * @param options See {@link TestServerOptions}. Throws `INVALID_OPTION`.
   */
  constructor(pattern = "*", options = {}) {
    super(platforms, pattern, options);
  }
}

export { TestServer };
//# sourceMappingURL=browser.mjs.map
