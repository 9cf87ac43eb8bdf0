import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { proxyFromEnvironment } from "../../../../src/transport/node/proxies/environment.js";
import type { Environment } from "../../../../src/transport/node/proxies/environment.js";
import { failure } from "../../../helpers/failure.js";

/** Returns the proxy for a URL as "scheme://host:port"; `undefined` if there is none. */
function proxyFor(env: Environment, url = "wss://api.example.com/feed"): string | undefined {
  return proxyFromEnvironment(new URL(url), env)?.label.replace("proxy ", "");
}

describe("the variable of a wss: URL", () => {
  const all = {
    wss_proxy: "http://a",
    WSS_PROXY: "http://b",
    https_proxy: "http://c",
    HTTPS_PROXY: "http://d",
    all_proxy: "http://e",
    ALL_PROXY: "http://f",
  };

  test("is the most specific one, in lower case before upper case", () => {
    const entries = Object.entries(all);
    for (const [index, [, value]] of entries.entries()) {
      expect(proxyFor(Object.fromEntries(entries.slice(index)))).toBe(`${value}:80`);
    }
    expect(proxyFor({})).toBeUndefined();
  });

  test("is not an empty one", () => {
    const env: Record<string, string> = { ...all };
    for (const [name, value] of Object.entries(all)) {
      expect(proxyFor(env)).toBe(`${value}:80`);
      env[name] = "";
    }
    expect(proxyFor(env)).toBeUndefined();
  });

  test("is not one of ws: or of another scheme, nor one in mixed case", () => {
    expect(proxyFor({ ws_proxy: "http://a", http_proxy: "http://b", ftp_proxy: "http://c" })).toBe(
      undefined,
    );
    expect(proxyFor({ Https_Proxy: "http://a" })).toBeUndefined();
  });
});

describe("the variable of a ws: URL", () => {
  const all = {
    ws_proxy: "http://a",
    WS_PROXY: "http://b",
    http_proxy: "http://c",
    HTTP_PROXY: "http://d",
    all_proxy: "http://e",
    ALL_PROXY: "http://f",
  };

  test("is the most specific one, in lower case before upper case", () => {
    const entries = Object.entries(all);
    for (const [index, [, value]] of entries.entries()) {
      const env = Object.fromEntries(entries.slice(index));
      expect(proxyFor(env, "ws://api.example.com/")).toBe(`${value}:80`);
    }
  });

  test("is not HTTP_PROXY in a CGI program, whose client chooses its value", () => {
    const env = { REQUEST_METHOD: "GET", HTTP_PROXY: "http://evil", ALL_PROXY: "http://good" };
    expect(proxyFor(env, "ws://api.example.com/")).toBe("http://good:80");
    const lower = { ...env, http_proxy: "http://lower" };
    expect(proxyFor(lower, "ws://api.example.com/")).toBe("http://lower:80");
    expect(proxyFor({ ...env, HTTPS_PROXY: "http://s" }, "wss://a/")).toBe("http://s:80");
  });

  test("is not one of wss:", () => {
    const env = { wss_proxy: "http://a", https_proxy: "http://b" };
    expect(proxyFor(env, "ws://api.example.com/")).toBeUndefined();
  });
});

describe("the value of a variable", () => {
  test.each([
    ["http://proxy.example", "http://proxy.example:80"],
    ["http://proxy.example:3128/", "http://proxy.example:3128"],
    ["HTTP://Proxy.Example:3128", "http://proxy.example:3128"],
    [" http://proxy.example:3128 ", "http://proxy.example:3128"],
    ["https://proxy.example", "https://proxy.example:443"],
    ["http://me:pass@proxy.example:3128", "http://proxy.example:3128"],
    ["proxy.example:3128", "http://proxy.example:3128"],
    ["proxy.example", "http://proxy.example:80"],
    ["me:pass@proxy.example:3128", "http://proxy.example:3128"],
    ["10.0.0.1:3128", "http://10.0.0.1:3128"],
    ["[::1]:3128", "http://[::1]:3128"],
    ["http://[2001:DB8::1]:3128", "http://[2001:db8::1]:3128"],
    ["http://proxy_1.example", "http://proxy_1.example:80"],
    ["socks5://proxy.example", "socks5://proxy.example:1080"],
    ["socks5h://proxy.example:9050", "socks5h://proxy.example:9050"],
    ["socks4://10.0.0.1", "socks4://10.0.0.1:1080"],
    ["socks4a://proxy.example", "socks4a://proxy.example:1080"],
    ["socks5://[::1]:9050", "socks5://[::1]:9050"],
  ])("%s names %s", (value, label) => {
    expect(proxyFor({ https_proxy: value })).toBe(label);
  });

  test.each([
    "me:hunter2",
    "://me:hunter2@proxy",
    "ftp://me:hunter2@proxy",
    "socks://me:hunter2@proxy",
    "http://me:hunter2@",
    "http://me:hunter2@proxy:99999",
    "http://me:hunter2@proxy/path",
    "http://me:hunter2@proxy?query",
    "http://me:hunter2@pro xy",
    "socks5://me:hunter2@",
  ])("%s is an error that names the variable and shows nothing of it", async (value) => {
    for (const name of ["wss_proxy", "HTTPS_PROXY", "all_proxy"]) {
      const error = await failure(() => proxyFor({ [name]: value }));
      expect(error).toMatchObject({ code: "INVALID_OPTION", kind: "INVALID", retryable: false });
      expect(error.message).toContain("dial wss://api.example.com/feed: ");
      expect(error.message).toContain(`environment variable ${name} `);
      expect(inspect(error)).not.toMatch(/hunter2|me:/);
    }
  });

  test("does not matter for a URL that no_proxy exempts", () => {
    expect(proxyFor({ https_proxy: "nonsense://", no_proxy: "example.com" })).toBeUndefined();
  });
});

describe("no_proxy", () => {
  test("wins over NO_PROXY unless it is empty", () => {
    const env = { https_proxy: "http://a" };
    expect(proxyFor({ ...env, no_proxy: "other.test", NO_PROXY: "*" })).toBe("http://a:80");
    expect(proxyFor({ ...env, no_proxy: "", NO_PROXY: "*" })).toBeUndefined();
    expect(proxyFor({ ...env, NO_PROXY: "*" })).toBeUndefined();
  });

  test("does not exempt the local machine unless it says so", () => {
    for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
      expect(proxyFor({ https_proxy: "http://a" }, `wss://${host}/`)).toBe("http://a:80");
    }
  });

  // The URL, then the lists that exempt it, then those that do not.
  const rows: [url: string, exempt: string[], others: string[]][] = [
    [
      "wss://api.example.com/",
      [
        "*",
        "example.com",
        ".example.com",
        "..example.com",
        "*.example.com",
        "api.example.com",
        "com",
        "EXAMPLE.com",
        "example.com.",
        ".Example.COM.",
        " example.com ",
        "a.test,example.com",
        "a.test, example.com",
        "a.test example.com",
        "a.test\texample.com\n",
        ",,example.com,",
        "a.test,*",
        "example.com:443",
        ".example.com:443",
        "*:443",
        "example.com:8443,example.com",
      ],
      [
        "",
        " ",
        ",",
        ".",
        "ple.com",
        "xample.com",
        "other.api.example.com",
        "example.com:8443",
        "example.com:80",
        "example.com:",
        "example.com:x",
        "*.com.test",
        "api.*.com",
        "exam*",
        "https://example.com",
        "example.com/path",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "::/0",
        "-",
      ],
    ],
    ["wss://example.com/", ["example.com", ".example.com", "*.example.com"], ["api.example.com"]],
    ["wss://example.com./", ["example.com", "example.com.", ".example.com"], ["ample.com"]],
    ["wss://example.com../", ["*"], ["", ".", "exam*", "*.com.test", "example.com/path"]],
    ["wss://notexample.com/", ["notexample.com"], ["example.com", ".example.com", "*.example.com"]],
    ["wss://example.com:8443/", ["example.com:8443", "example.com"], ["example.com:443"]],
    ["ws://example.com/", ["example.com:80"], ["example.com:443"]],
    [
      "wss://bücher.example/",
      ["bücher.example", "xn--bcher-kva.example", "BÜCHER.example"],
      ["ücher.example"],
    ],
    ["wss://localhost/", ["localhost", "LOCALHOST"], ["127.0.0.1", "::1", "127.0.0.0/8"]],
    [
      "wss://192.168.1.7/",
      [
        "*",
        "192.168.1.7",
        "192.168.1.7/32",
        "192.168.0.0/16",
        "192.168.1.0/29",
        "192.168.255.255/16",
        "0.0.0.0/0",
        "192.168.1.7:443",
        "192.168.0.0/16:443",
      ],
      [
        "168.1.7",
        ".168.1.7",
        "1.7",
        "7",
        "192.168.1",
        "192.168.1.8",
        "192.168.1.8/29",
        "192.169.0.0/16",
        "192.168.0.0/33",
        "192.168.0.0/",
        "192.168.0.0/-1",
        "192.168.*",
        "192.168.1.7:80",
        "192.168.0.0/16:80",
        "::/0",
      ],
    ],
    ["wss://0xc0.0xa8.1.7/", ["192.168.1.7", "192.168.0.0/16"], ["0xc0.0xa8.1.7"]],
    [
      "wss://[2001:db8::7]/",
      [
        "*",
        "2001:db8::7",
        "2001:DB8:0:0::7",
        "[2001:db8::7]",
        "[2001:db8::7]:443",
        "2001:db8::/32",
        "[2001:db8::]/32",
        "[2001:db8::/32]",
        "[2001:db8::/32]:443",
        "[2001:db8::]/32:443",
        "::/0",
      ],
      [
        "2001:db8::8",
        "[2001:db8::7]:80",
        "[2001:db8::/32]:80",
        "2001:db9::/32",
        "2001:db8::/129",
        "[2001:db8::7",
        "2001:db8::7]",
        "0.0.0.0/0",
        "db8::7",
      ],
    ],
    ["wss://[::1]/", ["::1", "[::1]", "0:0::1", "::1/128"], ["127.0.0.1", "localhost"]],
    ["wss://[::ffff:10.1.2.3]/", ["10.0.0.0/8", "10.1.2.3"], ["11.0.0.0/8"]],
  ];
  describe.each(rows)("of a dial to %s", (url, exempt, others) => {
    const env = { all_proxy: "http://a" };

    test.each(exempt)("%j exempts it", (list) => {
      expect(proxyFor({ ...env, no_proxy: list }, url)).toBeUndefined();
    });

    test.each(others)("%j does not exempt it", (list) => {
      expect(proxyFor({ ...env, no_proxy: list }, url)).toBe("http://a:80");
    });
  });
});
