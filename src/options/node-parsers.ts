import { invalid, isObject, pickKnown } from "../errors/validation.js";
import type { NodeOptions } from "../protocol/node-options.js";
import { parseHeaders } from "./headers.js";
import { isFieldValue } from "./http-grammar.js";
import { parseKeepAlive } from "./keep-alive-options.js";
import { callable, duration, integer, limit, must, oneOf } from "./parser.js";
import type { Parser } from "./parser.js";
import { checkProxy, parseProxy } from "./proxy-option.js";
import { parseTls } from "./tls-option.js";

/**
 * Parsers of the options that browsers do not support, and of `keepAlive`, which needs no `message` in Node. They
 * are separate to keep them out of browser bundles.
 */
export const nodeParsers: Readonly<Record<string, Parser>> = {
  keepAlive(value, name) {
    const settings = parseKeepAlive(value, name);
    if (settings && settings.prefer === "message" && !settings.message) {
      throw invalid(`${name}.message`, 'a function with prefer: "message"', undefined);
    }
    return settings;
  },
  headers: parseHeaders,
  node(value, _name, base) {
    const options: Record<string, unknown> = {};
    const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key as keyof NodeOptions](item, `connect: option node.${key}`);
    }
    checkProxy(options);
    // Merged, because a context's proxy must not be lost when a call sets another option. But either of these replaces
    // the other of the context.
    const merged: Record<string, unknown> = { ...(base as object | undefined), ...options };
    if (options.agent) delete merged.proxy;
    else if (options.proxy !== undefined) delete merged.agent;
    return merged;
  },
};

const string: Parser = /* @__PURE__ */ must(
  (value) => isFieldValue(value) && value !== "",
  "a string of printable characters",
);

const NODE_PARSERS: Readonly<Record<keyof NodeOptions, Parser>> = {
  // Not copied, because a copy would not share the agent's pool of sockets.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls: parseTls,
  proxy: parseProxy,
  lookup: callable,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  autoSelectFamily: /* @__PURE__ */ oneOf(false, true),
  autoSelectFamilyAttemptTimeout: duration,
  maxHeaderSize: /* @__PURE__ */ limit(1, 1_048_576),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ oneOf(false, true),
  binaryViews: /* @__PURE__ */ oneOf(false, true),
  maxRedirects: /* @__PURE__ */ integer(0, 20),
};
