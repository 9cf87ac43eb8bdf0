import { W as WsError, X as isToken, Y as show, Z as isFieldValue, _ as parseKeepAlive, $ as pickKnown, f as duration, e as callable, V as isObject, i as integer, o as oneOf, a0 as limit, m as must } from './core.mjs';

const RESERVED_HEADER = /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;
function parseHeaders(entries) {
  const headers = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  for (const [index, entry] of entries.entries()) {
    const pair = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (!isToken(name)) {
      throw invalidHeaders(`the name of header ${index + 1} must be a token, not ${show(name)}`);
    }
    if (RESERVED_HEADER.test(name)) {
      throw invalidHeaders(`the handshake sets ${name} itself: ${remedyFor(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(`${name} is given twice`);
    if (!isFieldValue(value)) {
      throw invalidHeaders(`the value of ${name} must be a string of printable characters`);
    }
    seen.add(name.toLowerCase());
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}
function remedyFor(name) {
  return REMEDIES[name.toLowerCase()] ?? "leave it out";
}
const REMEDIES = {
  host: "put the host into the URL, and let option node.lookup return the address to dial",
  origin: "use option node.origin",
  "sec-websocket-extensions": "use option compression",
  "sec-websocket-protocol": "use option protocols"
};
function invalidHeaders(problem) {
  return new WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}

const nodeParsers = {
  keepAlive: parseKeepAlive,
  headers(value) {
    if (!isObject(value)) {
      const what = typeof value === "string" ? "a string" : show(value);
      throw invalidHeaders(`must be an object of strings, or Headers, not ${what}`);
    }
    return parseHeaders(
      typeof value[Symbol.iterator] === "function" ? [...value] : Object.entries(value)
    );
  },
  node(value) {
    const options = {};
    const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key](item, `connect: option node.${key}`);
    }
    return options;
  }
};
const tls = (value, name) => {
  const given = pickKnown(name, value, Object.keys(Object(value)));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};
const string = /* @__PURE__ */ must(
  (value) => isFieldValue(value) && value !== "",
  "a string of printable characters"
);
const NODE_PARSERS = {
  // Not copied, because a copy would not share the agent's pool of sockets.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls,
  lookup: callable,
  family: /* @__PURE__ */ oneOf(0, 4, 6),
  autoSelectFamily: /* @__PURE__ */ oneOf(false, true),
  autoSelectFamilyAttemptTimeout: duration,
  maxHeaderSize: /* @__PURE__ */ limit(1, 1048576),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ oneOf(false, true),
  binaryViews: /* @__PURE__ */ oneOf(false, true),
  maxRedirects: /* @__PURE__ */ integer(0, 20)
};

export { nodeParsers as n };
//# sourceMappingURL=node-options.mjs.map
