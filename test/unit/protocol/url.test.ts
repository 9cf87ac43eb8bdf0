import { runInNewContext } from "node:vm";

import { describe, expect, test } from "vitest";

import { quote } from "../../../src/errors/validation.js";
import type { WsError } from "../../../src/errors/ws-error.js";
import {
  displayUrl,
  maskUrl,
  parseUrl,
  publicUrl,
  sameOrigin,
  unixProblem,
} from "../../../src/protocol/url.js";
import type { UrlRules } from "../../../src/protocol/url.js";
import { failure } from "../../helpers/failure.js";
import { ms } from "../../helpers/time.js";

const NODE: UrlRules = { unix: unixProblem, credentials: true };
const PAGE: UrlRules = {
  credentials: false,
  base: "https://me:pw@h.test/a/b?tok#top",
};

/** Returns the error with which `parseUrl` rejects a value of any type. */
function refusal(input: unknown, rules: UrlRules): Promise<WsError> {
  return failure(() => parseUrl(input as string, rules));
}

describe("parseUrl", () => {
  test.each([
    ["ws://h", "ws://h/"],
    ["wss://h:8443/p?x=1", "wss://h:8443/p?x=1"],
    ["WSS://H/P", "wss://h/P"],
    ["http://h/p", "ws://h/p"],
    ["https://h/p", "wss://h/p"],
    ["HTTPS://h/p", "wss://h/p"],
    ["http://h:80/", "ws://h/"],
    ["https://h:443", "wss://h/"],
    ["https://h:80", "wss://h:80/"],
    ["http://h:443", "ws://h:443/"],
    ["ws://h:80", "ws://h/"],
    ["wss://h:443", "wss://h/"],
    ["  ws://h/\n", "ws://h/"],
    ["ws:\\\\h\\p", "ws://h/p"],
    ["ws://h/?a=http://x", "ws://h/?a=http://x"],
    ["ws://h/a%23b?c%23d", "ws://h/a%23b?c%23d"],
    ["ws://b\u00fccher.test/", "ws://xn--bcher-kva.test/"],
    ["ws://[::1]:80/", "ws://[::1]/"],
    ["ws://0x7f.1/", "ws://127.0.0.1/"],
    ["ws://h/a/../b/%2e%2e/c", "ws://h/c"],
    ["wss://me:pw@h/", "wss://me:pw@h/"],
    ["https://me:pw@h/", "wss://me:pw@h/"],
    ["ws+unix:///run/app.sock", "ws+unix:///run/app.sock"],
    ["ws+unix:///run/app.sock:", "ws+unix:///run/app.sock:"],
    ["ws+unix:///run/app.sock:/path?x=1", "ws+unix:///run/app.sock:/path?x=1"],
    ["ws+unix:///run/app.sock:/a:b", "ws+unix:///run/app.sock:/a:b"],
    ["ws+unix:/run/app.sock:/path", "ws+unix:/run/app.sock:/path"],
    ["wss+unix:///run/app.sock:/path?x=1", "wss+unix:///run/app.sock:/path?x=1"],
    ["ws+unix:///run/my app.sock", "ws+unix:///run/my%20app.sock"],
    ["ws+unix:///run/gr\u00fc\u00dfe%2f%3a:/", "ws+unix:///run/gr%C3%BC%C3%9Fe%2f%3a:/"],
    ["ws+unix:///100%:/", "ws+unix:///100%:/"],
    ["ws+unix:///%00abstract:/%00", "ws+unix:///%00abstract:/%00"],
  ])("parses %s in Node", (input, href) => {
    expect(parseUrl(input, NODE).href).toBe(href);
    expect(parseUrl(new URL(input), NODE).href).toBe(href);
  });

  test.each([
    ["/ws", "wss://h.test/ws"],
    ["ws", "wss://h.test/a/ws"],
    ["?x", "wss://h.test/a/b?x"],
    ["", "wss://h.test/a/b?tok"],
    ["//o.test/x", "wss://o.test/x"],
    ["https:c", "wss://h.test/a/c"],
    ["ws://other.test/", "ws://other.test/"],
  ])("parses %j on a page, without the page's credentials", (input, href) => {
    expect(parseUrl(input, PAGE).href).toBe(href);
  });

  test("parses a relative URL on a page without TLS as ws:", () => {
    expect(parseUrl("/ws", { ...PAGE, base: "http://h:8080/" }).href).toBe("ws://h:8080/ws");
  });

  test("parses an absolute URL on a page whose URL cannot be a base", () => {
    expect(parseUrl("ws://h/", { ...PAGE, base: "about:blank" }).href).toBe("ws://h/");
  });

  test("parses a URL object of another realm", () => {
    const foreign: unknown = runInNewContext("({ href: 'https://h/p' })");
    expect(parseUrl(foreign as URL, NODE).href).toBe("wss://h/p");
  });

  test("returns a new URL and leaves the caller's unchanged", () => {
    const given = new URL("ws://me:pw@h/p?x");
    const parsed = parseUrl(given, NODE);
    parsed.pathname = "/changed";
    expect(parsed).not.toBe(given);
    expect(given.href).toBe("ws://me:pw@h/p?x");
  });
});

describe("parseUrl rejects", () => {
  const invalid: [unknown, string][] = [
    [undefined, "undefined is not an absolute URL: use ws://host/path"],
    [null, "null is not an absolute URL: use ws://host/path"],
    [42, "42 is not an absolute URL: use ws://host/path"],
    [{}, "an object is not an absolute URL: use ws://host/path"],
    [{ href: 5 }, "5 is not an absolute URL: use ws://host/path"],
    ["", '"" is not an absolute URL: use ws://host/path'],
    ["/ws", '"/ws" is not an absolute URL: use ws://host/path'],
    ["example.com/ws", '"example.com/ws" is not an absolute URL: use ws://host/path'],
    ["ws://", '"ws://" is not an absolute URL: use ws://host/path'],
    ["ws://h:65536/p", '"ws://h:65536/p" is not an absolute URL: use ws://host/path'],
    ["ws://a b/", '"ws://a b/" is not an absolute URL: use ws://host/path'],
    ["ftp://h/", '"ftp://h/" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["wsx://h/", '"wsx://h/" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["news://h/", '"news://h/" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["localhost:80", '"localhost:80" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["http+unix:///s", '"http+unix:///s" has the wrong scheme: use ws:, wss: or ws+unix:'],
    [
      "javascript:alert(1)",
      '"javascript:alert(1)" has the wrong scheme: use ws:, wss: or ws+unix:',
    ],
    ["ws://h/p#frag", '"ws://h/p" has a fragment: remove it'],
    ["ws://h/p#", '"ws://h/p" has a fragment: remove it'],
    ["ws://h/p?q#", '"ws://h/p" has a fragment: remove it'],
    ["ws+unix:///s#f", '"ws+unix:///s" has a fragment: remove it'],
    ["ws+unix:", '"ws+unix:" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:///", '"ws+unix:///" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:///:/p", '"ws+unix:///:/p" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix://h/s", '"ws+unix://h/s" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix://me@h/s", '"...@h/s" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:run/s", '"ws+unix:run/s" names no socket: use ws+unix:///socket:/path'],
    ["ws-unix:///s", '"ws-unix:///s" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["wsss+unix:///s", '"wsss+unix:///s" has the wrong scheme: use ws:, wss: or ws+unix:'],
    ["wss+unix://h/s", '"wss+unix://h/s" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:///s%00:/", '"ws+unix:///s%00:/" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:///%00s%00", '"ws+unix:///%00s%00" names no socket: use ws+unix:///socket:/path'],
    ["ws+unix:///s:p", '"ws+unix:///s:p" names no socket: use ws+unix:///socket:/path'],
  ];
  test.each(invalid)("%j with INVALID_URL", async (input, message) => {
    const error = await refusal(input, NODE);
    expect(error.code).toBe("INVALID_URL");
    expect(error.message).toBe(`connect: ${message}`);
  });

  test.each([
    ["/ws#frag", PAGE],
    ["#", PAGE],
    ["x", { ...PAGE, base: "about:blank" }],
    ["x", { ...PAGE, base: "blob:https://h/1" }],
    ["x", { ...PAGE, base: "file:///a/b.html" }],
    ["/ws", { ...PAGE, base: "chrome-extension://abcdef/page.html" }],
    ["/ws", { ...PAGE, base: "moz-extension://abcdef/page.html" }],
  ])("%j on a page with INVALID_URL", async (input, rules) => {
    const error = await refusal(input, rules);
    expect(error.code).toBe("INVALID_URL");
    // A message about the page's scheme would mislead, because no URL can be relative to such a page.
    expect(error.message).not.toContain("scheme");
  });

  test("an empty fragment of a URL object, which its hash hides", async () => {
    expect((await refusal(new URL("ws://h/#"), NODE)).code).toBe("INVALID_URL");
  });

  test("ws+unix: on a platform without Unix sockets", async () => {
    const error = await refusal("ws+unix:///run/s:/p?tok", PAGE);
    expect(error.code).toBe("INVALID_URL");
    expect(error.message).toBe(
      'connect: "ws+unix:///run/s:/p" has the wrong scheme: use ws: or wss:',
    );
  });

  test.each(["wss://me:pw@h/p?tok", "wss://me@h/p", "wss://:pw@h/p"])(
    "credentials (%s) on a platform that cannot send them, and names the alternatives",
    async (input) => {
      const error = await refusal(input, PAGE);
      expect(error.code).toBe("UNSUPPORTED");
      expect(error.message).toBe(
        'connect: "...@h/p" has credentials: ' + "use a subprotocol, the query or a cookie",
      );
    },
  );

  test.each([
    "ws://me:secret@h:99999/p?secret#secret",
    "ws://me:se#cret@h/secret",
    "ws://me:se?cret@h:99999/",
    "ws://h:99999/p?secret",
    "ws://h:99999/p#secret",
    "ws://h/p?secret#secret",
    "ws://h/p?a@secret#",
    "//me:secret@h/p",
    "me:secret@h/p",
    "mailto:secret@h",
    "ftp://me:secret@h/p?secret#secret",
    "ws+unix://me:secret@h/s?secret",
    "ws://se\tcret:secret@h:99999",
  ])("%j without showing a secret", async (input) => {
    expect((await refusal(input, NODE)).message).not.toMatch(/se.?.?cret/);
  });

  test("a long hostile text in linear time, and shows 60 characters of it", async () => {
    for (const text of ["@", "?", "#", "/", "a", ":", "ws://"]) {
      const start = performance.now();
      expect((await refusal(text.repeat(200_000) + " #", NODE)).message.length).toBeLessThan(200);
      expect(performance.now() - start).toBeLessThan(ms(1000));
    }
  });
});

describe("the masked form of the text", () => {
  test.each([
    ["ws://h/p", '"ws://h/p"'],
    ["ws://h/p?q=1#f", '"ws://h/p"'],
    ["ws://h/p#f?q", '"ws://h/p"'],
    ["ws://me:pw@h/p?q", '"...@h/p"'],
    ["ws://me:p@w@h/p", '"...@h/p"'],
    ["ws://h/p?q=a@b", '"..."'],
    ["a\nb", '"a\\nb"'],
    ["x".repeat(60), `"${"x".repeat(60)}"`],
    ["x".repeat(61), `"${"x".repeat(60)}..."`],
  ])("%j is %s", (text, shown) => {
    expect(quote(maskUrl(text))).toBe(shown);
  });
});

describe("the label of a URL", () => {
  test.each([
    ["wss://h", "wss://h/", "wss://h/"],
    ["wss://h:8443/p", "wss://h:8443/p", "wss://h:8443/p"],
    ["wss://h/p?tok=1&b", "wss://h/p?...", "wss://h/p?tok=1&b"],
    ["wss://h/p?", "wss://h/p", "wss://h/p"],
    ["wss://me:pw@h/p?tok", "wss://h/p?...", "wss://h/p?tok"],
    ["wss://me@h/p", "wss://h/p", "wss://h/p"],
    ["wss://h/p#f?x", "wss://h/p", "wss://h/p"],
    ["wss://h/p?q#f", "wss://h/p?...", "wss://h/p?q"],
    ["ws+unix:///run/s:/p?tok", "ws+unix:///run/s:/p?...", "ws+unix:///run/s:/p?tok"],
  ])("of %s is %s, and its resource in policies is %s", (input, shown, open) => {
    const url = new URL(input);
    expect(displayUrl(url)).toBe(shown);
    expect(publicUrl(url)).toBe(open);
    expect(url.href).toBe(new URL(input).href);
  });
});

describe("sameOrigin", () => {
  test.each([
    ["ws://h/a", "ws://h/b?x", true],
    ["ws://h:80/", "ws://H/", true],
    ["wss://me:pw@h/", "wss://h/", true],
    ["ws://h/", "wss://h/", false],
    ["ws://h/", "ws://h:81/", false],
    ["ws://h/", "ws://g/", false],
    ["ws://h/", "ws://sub.h/", false],
    ["ws+unix:///s:/a", "ws+unix:///s:/b:c", true],
    ["ws+unix:///s", "ws+unix:/s:/a", true],
    ["ws+unix:///s:/a", "ws+unix:///t:/a", false],
    ["ws+unix:///s", "ws://s/", false],
    ["ws+unix:///s", "wss+unix:///s", false],
    ["wss+unix:///s:/a", "wss+unix:///s:/b", true],
  ])("for %s and %s is %s", (a, b, same) => {
    expect(sameOrigin(new URL(a), new URL(b))).toBe(same);
    expect(sameOrigin(new URL(b), new URL(a))).toBe(same);
  });
});
