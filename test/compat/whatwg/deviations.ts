import { TYPES } from "./kit.js";
import type { Deviations } from "./kit.js";

/** The platforms on which the suite runs over the class of `wschan/compat`. */
export const PLATFORMS = ["Node", "Chromium", "Firefox", "WebKit"] as const;

export type Platform = (typeof PLATFORMS)[number];

/** A difference between `wschan/compat` and the standard. docs/guide/libraries.md lists all of them. */
interface Difference {
  readonly on: readonly Platform[];
  readonly group: string;
  readonly tests: readonly string[];
  /** The difference in a few words, for the table in docs/guide/libraries.md. */
  readonly how: string;
  /** False in a version of the platform that does not differ. Default: every version differs. */
  readonly isHere?: () => boolean;
  /** True if the result depends on timing, so that the tests cannot be run. Default: they have to fail. */
  readonly isUnsteady?: boolean;
}

const BROWSERS = ["Chromium", "Firefox", "WebKit"] as const;

function throwsAnotherError(): boolean {
  const target = new EventTarget();
  const event = new Event("x");
  let isDomException = false;
  target.addEventListener("x", () => {
    try {
      target.dispatchEvent(event);
    } catch (error) {
      isDomException = error instanceof DOMException;
    }
  });
  target.dispatchEvent(event);
  return !isDomException;
}

function callsInOrderOfRegistration(): boolean {
  const target = new EventTarget();
  const log: string[] = [];
  target.addEventListener("x", () => log.push("bubble"));
  target.addEventListener("x", () => log.push("capture"), true);
  target.dispatchEvent(new Event("x"));
  return log[0] === "bubble";
}

function ignoresPassive(): boolean {
  const target = new EventTarget();
  target.addEventListener("x", (event) => event.preventDefault(), { passive: true });
  return !target.dispatchEvent(new Event("x", { cancelable: true }));
}

const DIFFERENCES: readonly Difference[] = [
  // By design: the contract of wschan/compat.
  {
    on: PLATFORMS,
    group: "arguments of the constructor",
    tests: ["further arguments are ignored"],
    how: "the third argument is the options",
  },
  {
    on: PLATFORMS,
    group: "interface",
    tests: ["the prototype has the members of the standard and no others"],
    how: "there is one more member, `client`",
  },
  {
    on: ["Node"],
    group: "URL of the constructor",
    tests: ["a URL with another scheme is a SyntaxError: ws+unix:///tmp/x"],
    how: "`ws+unix:` and `wss+unix:` URLs are accepted",
  },
  {
    on: BROWSERS,
    group: "URL of the constructor",
    tests: ["a user name and a password are kept"],
    how: "a user name or password in the URL is a `WsError`, `UNSUPPORTED`",
  },
  {
    on: BROWSERS,
    group: "opening handshake",
    tests: ["a name and password in the URL answer a challenge of basic authentication"],
    how: "a user name or password in the URL is a `WsError`, `UNSUPPORTED`",
  },
  {
    on: ["Node"],
    group: "negotiated properties",
    tests: ["permessage-deflate is offered"],
    how: '`extensions` is `""` unless you set the option `compression`',
  },

  // Only the platform itself can do this.
  {
    on: PLATFORMS,
    group: "messages",
    tests: ["the microtasks of one listener run before the next listener"],
    how: "microtasks run after all listeners of an event, not after each one",
  },
  {
    on: PLATFORMS,
    group: "event objects",
    tests: TYPES.map((type) => `${type} is trusted`),
    how: "`isTrusted` is false",
  },

  // The platform's own URL, EventTarget and events.
  {
    on: ["Chromium"],
    group: "URL of the constructor",
    tests: ["ws", "wss"].map(
      (scheme) => `a URL that cannot be parsed is a SyntaxError: ${scheme}://foo bar.example/`,
    ),
    how: "the browser accepts a space in the host",
  },
  {
    on: ["Node", "Chromium"],
    group: "event listeners",
    tests: ["capture: distinguishes listeners, and those that capture come first"],
    how: "listeners with `capture` do not come first",
    isHere: callsInOrderOfRegistration,
  },
  {
    on: ["Node"],
    group: "event listeners",
    tests: ["dispatchEvent throws an InvalidStateError for an event that is being dispatched"],
    how: "dispatching an event twice at a time throws another error",
    isHere: throwsAnotherError,
  },
  {
    on: ["Node"],
    group: "event listeners",
    tests: ["passive: preventDefault has no effect"],
    how: "Node 20 ignores `passive`",
    isHere: ignoresPassive,
  },
  {
    on: ["Node"],
    group: "event objects",
    tests: ["message has the tag MessageEvent"],
    how: "the tag of a message is `Event` in Node 20",
    isHere: () => Object.prototype.toString.call(new MessageEvent("x")) !== "[object MessageEvent]",
  },
  {
    on: ["Node"],
    group: "event objects",
    tests: ["the ports of MessageEvent are frozen"],
    how: "`ports` is not frozen in Node 20",
    isHere: () => !Object.isFrozen(new MessageEvent("x").ports),
  },
  {
    on: ["Chromium", "Firefox"],
    group: "CloseEvent",
    tests: ["converts a lone surrogate of the reason to U+FFFD"],
    how: "a lone surrogate in the `reason` of a new event stays",
  },

  // The browser's own connection.
  {
    on: ["Chromium"],
    group: "ready state",
    tests: ["is CLOSING after a close frame of the server, until the connection has ended"],
    how: "stays OPEN until the connection has ended",
  },
  {
    on: ["Firefox", "WebKit"],
    group: "ready state",
    tests: ["is CLOSING after a close frame of the server, until the connection has ended"],
    how: "may be CLOSED at once, as the browser does not wait for the server",
    isUnsteady: true,
  },
  {
    on: ["WebKit"],
    group: "failed handshake",
    tests: ["fails if the answer is a redirect"],
    how: "the browser follows redirects",
  },
  {
    on: ["Firefox"],
    group: "negotiated properties",
    tests: ["fails if the server chooses a protocol, but none was offered"],
    how: "the browser ignores a protocol if none was offered",
  },
  {
    on: ["Chromium", "WebKit"],
    group: "buffered amount",
    tests: ["is not reset by the end of the connection"],
    how: "the browser can set `bufferedAmount` to 0 at the end of the connection",
  },
  {
    on: ["Firefox"],
    group: "close: while connecting",
    tests: ["ends the TCP connection"],
    how: "the browser leaves the TCP connection open for a while",
  },
  {
    on: ["Chromium"],
    group: "closing handshake",
    tests: ["data after the close frame is ignored"],
    how: "the browser fails the connection for data after the close frame",
  },
  {
    on: ["WebKit"],
    group: "closing handshake",
    tests: ["the server closes with no code"],
    how: "the browser answers a close frame without a code with 1000",
  },
  {
    on: ["Chromium"],
    group: "protocol violations",
    tests: ["a fragmented ping", "a ping of 126 bytes"].map(
      (what) => `fails the connection: ${what}`,
    ),
    how: "messages in the same packet, before a bad ping, are lost",
  },
  {
    on: ["Firefox"],
    group: "protocol violations",
    tests: ["a masked frame"].map((what) => `fails the connection: ${what}`),
    how: "the browser does not end the connection for a masked frame",
  },
  {
    on: ["Firefox"],
    group: "protocol violations",
    tests: [
      "a close frame of one byte",
      ...[999, 1005, 1015, 65_535].map((code) => `the close code ${code}`),
    ].map((what) => `fails the connection: ${what}`),
    how: "the browser accepts every close code",
  },
  {
    on: ["Firefox"],
    group: "protocol violations",
    tests: ["one in the packet of the handshake comes after open"],
    how: "a violation in the packet of the handshake may come before `open`",
    isUnsteady: true,
  },
  {
    on: ["WebKit"],
    group: "protocol violations",
    tests: [
      "text that is not UTF-8",
      "text with an encoded surrogate",
      "text that ends within a character",
    ].map((what) => `fails the connection: ${what}`),
    how: "the browser accepts text that is not UTF-8",
  },
  {
    on: ["WebKit"],
    group: "protocol violations",
    tests: [
      "a reserved opcode of a control frame",
      "a continuation without a beginning",
      "a fragmented ping",
      "a ping of 126 bytes",
    ].map((what) => `fails the connection: ${what}`),
    how: "the browser ignores bad control frames and continuations",
  },
];

/** Returns the tests that differ on this version of a platform. */
export function deviationsOn(platform: Platform): Deviations {
  const deviations: Record<string, Record<string, "fails" | "unsteady">> = {};
  for (const { on, group, tests, isHere = () => true, isUnsteady = false } of DIFFERENCES) {
    if (!on.includes(platform) || !isHere()) continue;
    for (const name of tests) {
      (deviations[group] ??= {})[name] = isUnsteady ? "unsteady" : "fails";
    }
  }
  return deviations;
}

/** Returns the differences of a group on all versions of a platform, in words. */
export function differencesOf(group: string, platform: Platform): string[] {
  const found = DIFFERENCES.filter((one) => one.group === group && one.on.includes(platform));
  return [...new Set(found.map(({ how }) => how))];
}
