'use strict';

var compat_core = require('../compat/core.cjs');
var core = require('../core.cjs');
var testing_core = require('./core.cjs');

const platforms = {
  kind: "node",
  webSocketPlatform: core.webSocketPlatform,
  closeEventClass: compat_core.nodeCloseEvent
};
class TestServer extends testing_core.BaseTestServer {
  /**
   * @param pattern The URLs that go to this server, as in policies. Default: `"*"`, all but Unix sockets.
   * @param options See {@link TestServerOptions}. Throws `INVALID_OPTION`.
   */
  constructor(pattern = "*", options = {}) {
    super(platforms, pattern, options);
  }
}

exports.TestClock = testing_core.TestClock;
exports.TestPeer = testing_core.TestPeer;
exports.TestServer = TestServer;
//# sourceMappingURL=node.cjs.map
