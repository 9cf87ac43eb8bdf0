'use strict';

var core = require('./core.cjs');

const RESERVED_HEADER = /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;
function parseHeaders(entries) {
  const headers = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  for (const [index, entry] of entries.entries()) {
    const pair = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (!core.isToken(name)) {
      throw invalidHeaders(`the name of header ${index + 1} must be a token, not ${core.show(name)}`);
    }
    if (RESERVED_HEADER.test(name)) {
      throw invalidHeaders(`the handshake sets ${name} itself: ${remedyFor(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(`${name} is given twice`);
    if (!core.isFieldValue(value)) {
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
  return new core.WsError("INVALID_OPTION", `connect: option headers: ${problem}`);
}

const nodeParsers = {
  keepAlive: core.parseKeepAlive,
  headers(value) {
    if (!core.isObject(value)) {
      const what = typeof value === "string" ? "a string" : core.show(value);
      throw invalidHeaders(`must be an object of strings, or Headers, not ${what}`);
    }
    return parseHeaders(
      typeof value[Symbol.iterator] === "function" ? [...value] : Object.entries(value)
    );
  },
  node(value) {
    const options = {};
    const given = core.pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key](item, `connect: option node.${key}`);
    }
    return options;
  }
};
const tls = (value, name) => {
  const given = core.pickKnown(name, value, Object.keys(Object(value)));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) core.callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};
const string = /* @__PURE__ */ core.must(
  (value) => core.isFieldValue(value) && value !== "",
  "a string of printable characters"
);
const NODE_PARSERS = {
  // Not copied, because a copy would not share the agent's pool of sockets.
  agent: /* @__PURE__ */ core.must(core.isObject, "an http.Agent or https.Agent"),
  tls,
  lookup: core.callable,
  family: /* @__PURE__ */ core.oneOf(0, 4, 6),
  autoSelectFamily: /* @__PURE__ */ core.oneOf(false, true),
  autoSelectFamilyAttemptTimeout: core.duration,
  maxHeaderSize: /* @__PURE__ */ core.limit(1, 1048576),
  localAddress: string,
  origin: string,
  followRedirects: /* @__PURE__ */ core.oneOf(false, true),
  binaryViews: /* @__PURE__ */ core.oneOf(false, true),
  maxRedirects: /* @__PURE__ */ core.integer(0, 20)
};

exports.nodeParsers = nodeParsers;
//# sourceMappingURL=node-options.cjs.map
