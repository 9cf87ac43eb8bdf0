// The module that snippets import as "wschan/reconnect".
import * as real from "../../../../../src/reconnect/browser.js";
import { addReconnecting } from "./connections.js";
import { context, quiet } from "./observed.js";

export const reconnecting = ((url: string | URL, options?: real.ReconnectOptions) => {
  const client = real.reconnecting(url, { context, ...quiet(options) });
  addReconnecting(client);
  return client;
}) as real.Reconnecting;
