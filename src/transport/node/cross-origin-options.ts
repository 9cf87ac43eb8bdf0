/** Decides which options may be used after a redirect to another origin. */
import type { DialOptions } from "../../protocol/dial.js";

/**
 * The options of `tls.connect` that decide which servers to trust and how to encrypt. All others are removed:
 * they contain, or could contain, a secret or a name of the user.
 */
const PUBLIC_TLS_OPTIONS: readonly string[] = [
  "allowPartialTrustChain",
  "ca",
  "checkServerIdentity",
  "ciphers",
  "crl",
  "ecdhCurve",
  "enableTrace",
  "maxVersion",
  "minDHSize",
  "minVersion",
  "rejectUnauthorized",
  "requestOCSP",
  "secureOptions",
  "secureProtocol",
  "sigalgs",
];

/** The options of an agent that contain, or could contain, a secret or a name of the user. */
const PRIVATE_AGENT_OPTIONS: readonly string[] = [
  "cert",
  "key",
  "pfx",
  "passphrase",
  "secureContext",
  "session",
  "pskCallback",
  "clientCertEngine",
  "privateKeyEngine",
  "privateKeyIdentifier",
  "servername",
];

/**
 * Returns the reason why a dial with these options must not be redirected to another origin, if there is one:
 * an option that may contain a secret and cannot be removed.
 */
export function crossOriginProblem({ protocols, node }: DialOptions): string | undefined {
  if (protocols.length > 0) {
    return (
      "option protocols may contain a token, so it is not sent to another origin; " +
      "dial that URL directly, or omit protocols"
    );
  }
  const agentOptions = (node.agent as { options?: object } | undefined)?.options ?? {};
  const secret = PRIVATE_AGENT_OPTIONS.find((name) => name in agentOptions);
  if (secret === undefined) return undefined;
  return `option ${secret} of node.agent is not used for another origin; dial that URL directly`;
}

/** Returns a copy without the options that may contain a secret. */
export function withoutPrivateOptions(options: DialOptions): DialOptions {
  const { tls = {} } = options.node;
  const node = Object.entries(options.node).filter(([name]) => name !== "origin");
  const publicTls = Object.entries(tls).filter(([name]) => PUBLIC_TLS_OPTIONS.includes(name));
  return {
    ...options,
    headers: {},
    node: { ...Object.fromEntries(node), tls: Object.fromEntries(publicTls) },
  };
}
