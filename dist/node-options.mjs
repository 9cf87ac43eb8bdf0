import { Z as isObject, a0 as show, W as WsError, a1 as isToken, a2 as isFieldValue, a3 as pickKnown, e as callable, h as invalid, f as duration, a4 as parseKeepAlive, i as integer, o as oneOf, a5 as limit, m as must } from './core.mjs';

const RESERVED_HEADER = /^(host|origin|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;
const parseHeaders = (value, name) => {
  if (!isObject(value)) {
    const what = typeof value === "string" ? "a string" : show(value);
    throw invalidHeaders(name, `must be an object of strings, or Headers, not ${what}`);
  }
  const entries = typeof value[Symbol.iterator] === "function" ? [...value] : Object.entries(value);
  return parseEntries(entries, name);
};
function parseEntries(entries, option) {
  const headers = /* @__PURE__ */ new Map();
  const seen = /* @__PURE__ */ new Set();
  for (const [index, entry] of entries.entries()) {
    const pair = Array.isArray(entry) ? entry : [];
    const [name, value] = pair;
    if (!isToken(name)) {
      const problem = `the name of header ${index + 1} must be a token, not ${show(name)}`;
      throw invalidHeaders(option, problem);
    }
    if (RESERVED_HEADER.test(name)) {
      throw invalidHeaders(option, `the handshake sets ${name} itself: ${remedyFor(name)}`);
    }
    if (seen.has(name.toLowerCase())) throw invalidHeaders(option, `${name} is given twice`);
    if (!isFieldValue(value)) {
      throw invalidHeaders(option, `the value of ${name} must be a string of printable characters`);
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
function invalidHeaders(option, problem) {
  return new WsError("INVALID_OPTION", `${option}: ${problem}`);
}

const DEFAULT_PORTS = {
  http: 80,
  https: 443,
  socks4: 1080,
  socks4a: 1080,
  socks5: 1080,
  socks5h: 1080
};
function parseProxyUrl(value, name) {
  const url = typeof value === "string" ? toUrl(value) : void 0;
  const problem = url ? problemOf(url) : `is ${show(value)}, not a URL`;
  if (!url || problem !== void 0) {
    const example = `use a URL such as "http://proxy.example:8080"`;
    throw new WsError("INVALID_OPTION", `${name} ${problem}: ${example}`);
  }
  const scheme = url.protocol.slice(0, -1);
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port),
    username: url.username,
    password: url.password
  };
}
function toUrl(text) {
  try {
    return new URL(text);
  } catch {
    return void 0;
  }
}
function problemOf({ protocol, hostname, pathname, search, hash }) {
  const schemes = Object.keys(DEFAULT_PORTS);
  if (!schemes.includes(protocol.slice(0, -1))) {
    return `has a scheme other than ${schemes.join(", ")}`;
  }
  if (!/^[\w.-]+$|^\[[\da-f:.]+\]$/i.test(hostname)) return "has no valid host";
  if (pathname.length > 1 || search || hash) return "has a path, a query or a fragment";
  return void 0;
}

const parseTls = (value, name) => {
  const given = pickKnown(name, value, Object.keys(Object(value)));
  for (const callback of ["checkServerIdentity", "pskCallback"]) {
    if (callback in given) callable(given[callback], `${name}.${callback}`);
  }
  return Object.freeze(given);
};

const parseProxy = (value, name) => {
  if (value === false || value === "env") return value;
  if (typeof value === "string") return Object.freeze({ url: checkUrl(value, name) });
  if (!isObject(value)) throw invalid(name, 'a URL, { url, headers, tls }, "env" or false', value);
  const { url, headers, tls } = pickKnown(name, value, ["url", "headers", "tls"]);
  const { scheme } = parseProxyUrl(url, `${name}.url`);
  if (headers !== void 0 && scheme.startsWith("socks")) {
    throw new WsError("INVALID_OPTION", `${name}.headers needs an http: or https: URL`);
  }
  if (tls !== void 0 && scheme !== "https") {
    throw new WsError("INVALID_OPTION", `${name}.tls needs an https: URL`);
  }
  return Object.freeze({
    url,
    ...headers !== void 0 && { headers: parseHeaders(headers, `${name}.headers`) },
    ...tls !== void 0 && { tls: parseTls(tls, `${name}.tls`) }
  });
};
function checkUrl(url, name) {
  parseProxyUrl(url, name);
  return url;
}
function checkProxy({ proxy, agent, tls }) {
  if (proxy === void 0) return;
  const other = agent ? "agent" : tls?.socket ? "tls.socket" : void 0;
  if (other === void 0) return;
  throw new WsError(
    "INVALID_OPTION",
    `connect: options node.proxy and node.${other} exclude each other, because both open the connection: omit one`
  );
}

const nodeParsers = {
  keepAlive(value, name) {
    const settings = parseKeepAlive(value, name);
    if (settings && settings.prefer === "message" && !settings.message) {
      throw invalid(`${name}.message`, 'a function with prefer: "message"', void 0);
    }
    return settings;
  },
  headers: parseHeaders,
  node(value, _name, base) {
    const options = {};
    const given = pickKnown("connect: option node", value, Object.keys(NODE_PARSERS));
    for (const [key, item] of Object.entries(given)) {
      options[key] = NODE_PARSERS[key](item, `connect: option node.${key}`);
    }
    checkProxy(options);
    const merged = { ...base, ...options };
    if (options.agent) delete merged.proxy;
    else if (options.proxy !== void 0) delete merged.agent;
    return merged;
  }
};
const string = /* @__PURE__ */ must(
  (value) => isFieldValue(value) && value !== "",
  "a string of printable characters"
);
const NODE_PARSERS = {
  // Not copied, because a copy would not share the agent's pool of sockets.
  agent: /* @__PURE__ */ must(isObject, "an http.Agent or https.Agent"),
  tls: parseTls,
  proxy: parseProxy,
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
