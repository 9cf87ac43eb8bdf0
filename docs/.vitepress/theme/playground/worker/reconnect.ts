// The module that snippets import as "wschan/reconnect".
import * as real from "../../../../../dist/reconnect/browser.mjs";
import { addReconnecting } from "./connections.js";
import { context, quiet } from "./observed.js";

export const reconnecting = (
  url: Parameters<typeof real.reconnecting>[0],
  options?: real.ReconnectOptions,
): real.ReconnectingClient => {
  const client = real.reconnecting(url, { context, ...quiet(options) });
  addReconnecting(client);
  return client;
};
