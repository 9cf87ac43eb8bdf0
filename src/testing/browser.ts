import { platformClass } from "../errors/platform-class.js";
import { webSocketPlatform } from "../transport/web/websocket.js";
import { BaseTestServer } from "./test-server.js";
import type { TestPlatforms } from "./dialler.js";
import type { TestServerOptions } from "./server-options.js";

export * from "./public.js";

const platforms: TestPlatforms = {
  kind: "browser",
  webSocketPlatform,
  closeEventClass: () => platformClass("CloseEvent"),
};

/** A server in memory, for tests. */
export class TestServer extends BaseTestServer {
  /**
   * @param pattern The URLs that go to this server, as in policies. Default: `"*"`, all but Unix sockets.
   * @param options See {@link TestServerOptions}. Throws `INVALID_OPTION`.
   */
  constructor(pattern = "*", options: TestServerOptions = {}) {
    super(platforms, pattern, options);
  }
}
