import { expect } from "vitest";
import { BASE_URL, eventOf, expectDomException, expectTypeError } from "../kit.js";
import type { Group, Kit } from "../kit.js";

/** A URL on which no server listens. Sockets to it are closed as soon as they exist. */
const NOWHERE = "ws://127.0.0.1:2/";

/** Checks the `url` of a socket for a URL. `PORT` is replaced by the server's port. */
function checkUrl({ check, create, server }: Kit, what: string, given: string, url: string): void {
  check(what, () => {
    const { port } = new URL(server());
    const socket = create(given.replace("PORT", port));
    expect(socket.url).toBe(url.replace("PORT", port));
    socket.close();
  });
}

export const urls: Group = (kit) => {
  const { check, create, server } = kit;

  for (const url of [
    "ws://foo bar.example/",
    "wss://foo bar.example/",
    "ws://",
    "ws:",
    "ws://127.0.0.1:65536/",
    "ws://127.0.0.1:x/",
    "ws://[::1/",
    "ws://256.256.256.256/",
    "ws://a^b/",
  ]) {
    check(`a URL that cannot be parsed is a SyntaxError: ${url}`, () => {
      expectDomException(() => create(url), "SyntaxError");
    });
  }

  for (const url of [
    "ftp://127.0.0.1/",
    "mailto:user@host.example",
    "about:blank",
    "blob:http://127.0.0.1/x",
    "data:,x",
    "file:///tmp/x",
    "javascript:0",
    "ws+unix:///tmp/x",
  ]) {
    check(`a URL with another scheme is a SyntaxError: ${url}`, () => {
      expectDomException(() => create(url), "SyntaxError");
    });
  }

  for (const fragment of ["#", "#test", "?q#", "#?q"]) {
    check(`a URL with a fragment is a SyntaxError: ${fragment}`, () => {
      expectDomException(() => create(`${NOWHERE}${fragment}`), "SyntaxError");
    });
  }
  check("a URL that consists of a fragment is a SyntaxError", () => {
    expectDomException(() => create("#test"), "SyntaxError");
  });

  for (const given of ["", "/path", "path?q", "//127.0.0.1/x", "?q", "."]) {
    check(
      `a relative URL is resolved against the page, and is a SyntaxError without one: "${given}"`,
      () => {
        if (BASE_URL === undefined) {
          expectDomException(() => create(given), "SyntaxError");
          return;
        }
        const socket = create(given);
        const expected = new URL(given, BASE_URL);
        expected.protocol = expected.protocol.replace("http", "ws");
        expected.hash = "";
        expect(socket.url).toBe(expected.href);
        socket.close();
      },
    );
  }

  checkUrl(kit, "http: becomes ws:", "http://127.0.0.1:PORT/a?b", "ws://127.0.0.1:PORT/a?b");
  checkUrl(kit, "https: becomes wss:", "https://127.0.0.1:PORT/a?b", "wss://127.0.0.1:PORT/a?b");
  checkUrl(kit, "the default port of ws: is left out", "ws://127.0.0.1:80/", "ws://127.0.0.1/");
  checkUrl(kit, "the default port of wss: is left out", "wss://127.0.0.1:443/", "wss://127.0.0.1/");
  checkUrl(
    kit,
    "the default port of wss: is kept with ws:",
    "ws://127.0.0.1:443/",
    "ws://127.0.0.1:443/",
  );
  checkUrl(kit, "the default port of http: is left out", "http://127.0.0.1:80/", "ws://127.0.0.1/");
  checkUrl(kit, "the path is at least a slash", "ws://127.0.0.1:PORT", "ws://127.0.0.1:PORT/");
  checkUrl(kit, "a path stays as it is", "ws://127.0.0.1:PORT/a/B", "ws://127.0.0.1:PORT/a/B");
  checkUrl(
    kit,
    "dots in the path are resolved",
    "ws://127.0.0.1:PORT/a/../b/./c",
    "ws://127.0.0.1:PORT/b/c",
  );
  checkUrl(
    kit,
    "scheme and host become lower-case",
    "WS://LOCALHOST:PORT/A",
    "ws://localhost:PORT/A",
  );
  checkUrl(
    kit,
    "slashes after the scheme may be missing",
    "ws:127.0.0.1:PORT/a",
    "ws://127.0.0.1:PORT/a",
  );
  checkUrl(kit, "backslashes are slashes", "ws:\\\\127.0.0.1:PORT\\a", "ws://127.0.0.1:PORT/a");
  checkUrl(kit, "an empty query is kept", "ws://127.0.0.1:PORT/?", "ws://127.0.0.1:PORT/?");
  checkUrl(
    kit,
    "spaces around the URL are removed",
    "  ws://127.0.0.1:PORT/a ",
    "ws://127.0.0.1:PORT/a",
  );
  checkUrl(
    kit,
    "tabs and line ends are removed",
    "ws://127.0.0.1\t:PORT/\na",
    "ws://127.0.0.1:PORT/a",
  );
  checkUrl(
    kit,
    "a space in the path is encoded",
    "ws://127.0.0.1:PORT/a b",
    "ws://127.0.0.1:PORT/a%20b",
  );
  checkUrl(
    kit,
    "a NUL in the query is encoded",
    "ws://127.0.0.1:PORT/?x\0y",
    "ws://127.0.0.1:PORT/?x%00y",
  );
  checkUrl(
    kit,
    "other characters are encoded as UTF-8",
    "ws://127.0.0.1:PORT/ä?€",
    "ws://127.0.0.1:PORT/%C3%A4?%E2%82%AC",
  );
  checkUrl(
    kit,
    "a lone surrogate is encoded as U+FFFD",
    "ws://127.0.0.1:PORT/\ud800",
    "ws://127.0.0.1:PORT/%EF%BF%BD",
  );
  checkUrl(
    kit,
    "a quote in the query is encoded as in other special schemes",
    "ws://127.0.0.1:PORT/?'",
    "ws://127.0.0.1:PORT/?%27",
  );
  checkUrl(
    kit,
    "an IPv4 address in another notation is normalised",
    "ws://0x7f.1:PORT/",
    "ws://127.0.0.1:PORT/",
  );
  checkUrl(kit, "an escaped host is decoded", "ws://%6Cocalhost:PORT/", "ws://localhost:PORT/");
  checkUrl(
    kit,
    "a full-width host is mapped to ASCII",
    "ws://１２７.０.０.１:PORT/",
    "ws://127.0.0.1:PORT/",
  );
  checkUrl(
    kit,
    "an IPv6 address is compressed",
    "ws://[0:0:0:0:0:0:0:1]:PORT/",
    "ws://[::1]:PORT/",
  );
  checkUrl(
    kit,
    "a user name and a password are kept",
    "ws://user:pass@127.0.0.1:PORT/",
    "ws://user:pass@127.0.0.1:PORT/",
  );

  check("a URL object is taken", () => {
    const socket = create(new URL("a?b", server()));
    expect(socket.url).toBe(`${server()}a?b`);
    socket.close();
  });
  check("any value with toString is taken", () => {
    const socket = create({ toString: () => NOWHERE } as never);
    expect(socket.url).toBe(NOWHERE);
    socket.close();
  });
  check("an exception of toString is passed on", () => {
    const error = new Error("no URL");
    const url = {
      toString: () => {
        throw error;
      },
    };
    expect(() => create(url as never)).toThrow(error);
  });
  check("url cannot be assigned", () => {
    const socket = create(NOWHERE);
    expectTypeError(() => {
      (socket as { url: string }).url = "ws://other.example/";
    });
    expect(socket.url).toBe(NOWHERE);
    socket.close();
  });
  check("the server receives the path and the query as they are serialised", async () => {
    const { report, url } = await kit.open({});
    const { pathname, search } = new URL(url);
    expect((await report("messages-0")).request[":path"]).toBe(pathname + search);
  });
  check("a blocked port does not throw, but fails the connection", async () => {
    const socket = create("ws://127.0.0.1:6667/");
    const { code, wasClean } = await eventOf<CloseEvent>(socket, "close");
    expect({ code, wasClean }).toEqual({ code: 1006, wasClean: false });
  });
};
