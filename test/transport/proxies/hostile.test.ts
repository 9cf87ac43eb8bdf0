import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import type { ConnectOptions, WsError } from "../../../src/node.js";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { startRawServer } from "../../helpers/raw-server.js";
import type { RawConnection } from "../../helpers/raw-server.js";
import { ms } from "../../helpers/time.js";
import { timeOf } from "../support.js";
import {
  connectBy,
  echo,
  ESTABLISHED,
  proxyUrl,
  refusedBy,
  startProxy,
  tunnel,
} from "./support.js";

checkLeaks();

const UNREACHABLE = { code: "DIAL_FAILED", kind: "INTERNAL", retryable: true, details: {} };
const INVALID = { code: "PROXY_REJECTED", kind: "INTERNAL", retryable: false, details: {} };
const TIMED_OUT = { code: "DIAL_TIMEOUT", kind: "TIMEOUT", retryable: true };

describe("a proxy that refuses", () => {
  test.each([
    ["407 Proxy Authentication Required", "PERMISSION_DENIED", false],
    ["500 Internal Server Error", "UNAVAILABLE", true],
    ["501 Not Implemented", "UNAVAILABLE", true],
    ["502 Bad Gateway", "UNAVAILABLE", true],
    ["503 Service Unavailable", "UNAVAILABLE", true],
    ["599 Made Up", "UNAVAILABLE", true],
    ["600 Made Up", "INTERNAL", false],
    ["400 Bad Request", "INTERNAL", false],
    ["401 Unauthorized", "INTERNAL", false],
    ["403 Forbidden", "INTERNAL", false],
    ["404 Not Found", "INTERNAL", false],
    ["429 Too Many Requests", "INTERNAL", false],
    ["302 Found", "INTERNAL", false],
    ["300 Multiple Choices", "INTERNAL", false],
  ])("with %s fails with PROXY_REJECTED", async (status, kind, retryable) => {
    const headers = { Location: "ws://elsewhere.test/", "X-Why": "because" };
    const error = await refusedBy((peer) => peer.refuse(status, headers, "<h1>no</h1>"), {
      node: { followRedirects: true },
    });
    expect(error).toMatchObject({ code: "PROXY_REJECTED", kind, retryable });
    expect(error.details).toEqual({ status: Number(status.slice(0, 3)) });
    expect(error.message).toMatch(/^dial ws:\/\/target\.test\/: proxy http:\/\/127\.0\.0\.1:\d+ /);
    expect(error.message).toContain(status.slice(0, 3));
  });

  test("with a page of HTML fails at once, although the page never ends", async () => {
    const refused = refusedBy(
      (peer) =>
        peer.write(
          "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n<html>",
        ),
      { dialTimeout: ms(4_000) },
    );
    expect(await timeOf(refused)).toBeLessThan(ms(1_000));
    expect(await refused).toMatchObject({ code: "PROXY_REJECTED", details: { status: 502 } });
  });

  test("with Retry-After reports retryAfter in milliseconds", async () => {
    const error = await refusedBy((peer) =>
      peer.refuse("503 Service Unavailable", { "Retry-After": "7" }),
    );
    expect(error.details).toEqual({ status: 503, retryAfter: 7_000 });
  });

  test.each(["", "user:password"])(
    "with 407 says what to do (credentials: %j)",
    async (credentials) => {
      const error = await refusedBy((peer) => peer.refuse("407 No"), {}, { credentials });
      expect(error.message).toContain(credentials ? "check the credentials" : "user:password@host");
    },
  );
});

describe("a proxy that cannot be reached, or hangs up,", () => {
  test("because its port is closed fails the dial", async () => {
    const error = await failure(
      connectBy(`http://127.0.0.1:${await freePort()}`, "wss://target.test/"),
    );
    expect(error).toMatchObject({ ...UNREACHABLE, cause: { code: "ECONNREFUSED" } });
    expect(error.message).toContain("proxy http://127.0.0.1:");
  });

  test("because its name does not exist fails the dial", async () => {
    const error = await failure(connectBy("http://nope.invalid:1", "wss://target.test/"));
    expect(error).toMatchObject(UNREACHABLE);
    expect(error.message).toContain("nope.invalid");
  });

  const hangUps: Record<string, (peer: RawConnection) => void> = {
    "by an end of the connection": (peer) => peer.socket.end(),
    "by a reset": (peer) => peer.reset(),
    "by an end in the middle of the answer": (peer) => peer.socket.end("HTTP/1.1 200 OK\r\n"),
    "by a reset in the middle of the answer": (peer) =>
      void peer.socket.write("HTTP/1.1 200", () => setTimeout(() => peer.reset(), 20)),
    "after an interim answer": (peer) => peer.socket.end("HTTP/1.1 100 Continue\r\n\r\n"),
  };
  test.each(Object.entries(hangUps))("%s fails the dial", async (_, hangUp) => {
    for (const url of ["ws://target.test/", "wss://target.test/"]) {
      expect(await refusedBy(hangUp, {}, { url })).toMatchObject(UNREACHABLE);
    }
  });

  test("before the request fails the dial", async () => {
    for (const onConnection of [
      ({ socket }: RawConnection) => socket.destroy(),
      ({ socket }: RawConnection) => socket.resetAndDestroy(),
    ]) {
      expect(await refusedBy(() => {}, {}, { onConnection })).toMatchObject(UNREACHABLE);
    }
  });

  const late: Record<string, (peer: RawConnection) => void> = {
    "by an end of the connection": (peer) => peer.socket.end(ESTABLISHED),
    "by a reset": (peer) =>
      void peer.socket.write(ESTABLISHED, () => setTimeout(() => peer.reset(), 20)),
  };
  test.each(Object.entries(late))("after its answer, %s, fails the dial", async (_, hangUp) => {
    for (const url of ["ws://target.test/", "wss://target.test/"]) {
      expect(await refusedBy(hangUp, {}, { url })).toMatchObject(UNREACHABLE);
    }
  });
});

describe("an answer of a proxy", () => {
  const invalid: Record<string, string | Uint8Array> = {
    "of another protocol": "SSH-2.0-OpenSSH_9.2p1\r\n",
    "of SOCKS": Uint8Array.of(5, 0xff),
    "with bytes before it": "junk HTTP/1.1 200 OK\r\n\r\n",
    "with an empty line before it": "\r\nHTTP/1.1 200 OK\r\n\r\n",
    "of HTTP/2": "HTTP/2 200\r\n\r\n",
    "without a status": "HTTP/1.1 \r\n\r\n",
    "with a status of two digits": "HTTP/1.1 20 OK\r\n\r\n",
    "with a status of four digits": "HTTP/1.1 2000 OK\r\n\r\n",
    "with the status 000": "HTTP/1.1 000 OK\r\n\r\n",
  };
  test.each(Object.entries(invalid))("%s is rejected at once", async (_, bytes) => {
    const error = await refusedBy((peer) => peer.write(bytes));
    expect(error).toMatchObject(INVALID);
    expect(error.message).toContain("invalid answer");
  });

  const valid: Record<string, string> = {
    "of HTTP/1.0": "HTTP/1.0 200 Connection established\r\n\r\n",
    "with headers": "HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\nContent-Length: 5\r\n\r\n",
    "without a reason": "HTTP/1.1 200\r\n\r\n",
    "with the status 204": "HTTP/1.1 204 No Content\r\n\r\n",
    "with the status 299": "HTTP/1.1 299 Made Up\r\n\r\n",
    "after interim answers":
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
  };
  test.each(Object.entries(valid))("%s opens the tunnel", async (_, answer) => {
    await using server = await startEchoServer();
    for (const isSplit of [false, true]) {
      await using proxy = await startProxy({
        onRequest: (peer) => {
          tunnel(peer, isSplit ? "" : answer);
          if (isSplit) void writeSlowly(peer.socket, answer);
        },
      });
      const client = await connectBy(proxyUrl(proxy), `ws://target.test:${server.port}/`);
      expect(await echo(client)).toBe("hello");
      await client.close();
    }
  });

  test("may come before the request", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy({
      onConnection: (peer) => peer.write(ESTABLISHED),
      onRequest: (peer) => tunnel(peer, ""),
    });
    const client = await connectBy(proxyUrl(proxy), `ws://target.test:${server.port}/`);
    expect(await echo(client)).toBe("hello");
    await client.close();
  });

  test("may be followed by bytes of the tunnel in the same packet", async () => {
    await using proxy = await startProxy({
      onRequest: (peer) => {
        // The server behind the proxy speaks before the client: the answer needs the key of the request.
        peer.write(`${ESTABLISHED}HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy`);
      },
    });
    const error = await failure(connectBy(proxyUrl(proxy), "ws://target.test/"));
    expect(error).toMatchObject({
      code: "HANDSHAKE_REJECTED",
      details: { status: 503, body: "busy" },
    });
    await proxy.idle();
  });

  test("followed by garbage fails the handshake in the tunnel", async () => {
    const answer = `${ESTABLISHED}garbage\r\n\r\n`;
    const plain = await refusedBy((peer) => peer.write(answer));
    expect(plain).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "INTERNAL" });
    const secure = await refusedBy((peer) => peer.write(answer), {}, { url: "wss://target.test/" });
    expect(secure).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL" });
  });

  describe.each([undefined, 100, 2_000])("with node.maxHeaderSize %s", (maxHeaderSize) => {
    const limit = maxHeaderSize ?? 65_536;
    const options: ConnectOptions = { node: maxHeaderSize === undefined ? {} : { maxHeaderSize } };
    const answerOf = (size: number): string => {
      const [start, end] = ["HTTP/1.1 407 No\r\nX: ", "\r\n\r\n"];
      return start + "x".repeat(size - start.length - end.length) + end;
    };

    test.each([limit - 1, limit])("may have a header of %i bytes", async (size) => {
      const error = await refusedBy((peer) => peer.write(answerOf(size)), options);
      expect(error).toMatchObject({ code: "PROXY_REJECTED", details: { status: 407 } });
    });

    test("must not have a larger one", async () => {
      const answers = [answerOf(limit + 1), `HTTP/1.1 100 A\r\n\r\n${answerOf(limit - 17)}`];
      for (const answer of answers) {
        const error = await refusedBy((peer) => peer.write(answer), options);
        expect(error).toMatchObject(INVALID);
        expect(error.message).toContain("node.maxHeaderSize");
      }
    });
  });

  test.each(["x".repeat(1_000), "X: y\r\n".repeat(200)])(
    "that never ends is rejected",
    async (chunk) => {
      let written = 0;
      const error = await refusedBy(({ socket }) => {
        const write = (): void => {
          do written += chunk.length;
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.write("HTTP/1.1 200 OK\r\n");
        socket.on("drain", write);
        write();
      });
      expect(error).toMatchObject(INVALID);
      expect(written).toBeLessThan(32 * 1_048_576);
    },
  );

  test("that consists of endless interim answers is rejected", async () => {
    const error = await refusedBy((peer) =>
      peer.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000)),
    );
    expect(error).toMatchObject(INVALID);
    expect(error.message).toContain("node.maxHeaderSize (65536 bytes)");
  });

  test("of 101 is final, and rejected", async () => {
    const error = await refusedBy((peer) =>
      peer.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
    );
    expect(error).toMatchObject({ ...INVALID, details: { status: 101 } });
  });

  test("may end its lines with a line feed alone", async () => {
    const refused = await refusedBy((peer) =>
      peer.write("HTTP/1.1 407 Proxy Authentication Required\nRetry-After: 2\n\n"),
    );
    expect(refused).toMatchObject({
      code: "PROXY_REJECTED",
      kind: "PERMISSION_DENIED",
      details: { status: 407, retryAfter: 2_000 },
    });
    await using server = await startEchoServer();
    const onRequest = (peer: RawConnection): void => tunnel(peer, "HTTP/1.0 200\n\r\n");
    await using proxy = await startProxy({ onRequest });
    const client = await connectBy(proxyUrl(proxy), `ws://target.test:${server.port}/`);
    expect(await echo(client)).toBe("hello");
    await client.close();
  });
});

describe("within dialTimeout ends a dial", () => {
  const silences: Record<string, (peer: RawConnection) => void> = {
    "to a proxy that does not answer": () => {},
    "to a proxy that stops in the middle of its answer": (peer) =>
      peer.write("HTTP/1.1 200 OK\r\n"),
    "to a proxy that is silent after its answer": (peer) => peer.write(ESTABLISHED),
  };
  for (const scheme of ["ws", "wss"]) {
    test.each(Object.entries(silences))(`(${scheme}:) %s`, async (_, onRequest) => {
      const dialled = refusedBy(
        onRequest,
        { dialTimeout: ms(200) },
        { url: `${scheme}://target.test/` },
      );
      const time = await timeOf(dialled);
      expect(await dialled).toMatchObject(TIMED_OUT);
      expect(time).toBeGreaterThanOrEqual(ms(199));
      expect(time).toBeLessThan(ms(600));
    });
  }

  test("to a proxy that sends its answer byte by byte", async () => {
    let timer: NodeJS.Timeout | undefined;
    const error = await refusedBy(
      (peer) => {
        peer.write("HTTP/1.1 200 OK\r\nX: ");
        timer = setInterval(() => peer.write("x"), 10);
      },
      { dialTimeout: ms(200) },
    );
    clearInterval(timer);
    expect(error).toMatchObject(TIMED_OUT);
  });

  test("to an https: proxy that does not answer the TLS handshake", async () => {
    await using proxy = await startRawServer({ onRequest: () => {} });
    const error = await failure(
      connectBy(proxyUrl(proxy, "", "https"), "ws://target.test/", { dialTimeout: ms(200) }),
    );
    expect(error).toMatchObject(TIMED_OUT);
    await proxy.idle();
  });
});

describe("an abort of a dial", () => {
  const certificate = createCertificate();

  /** Aborts a dial when the proxy has got its request, and checks that no socket remains. */
  async function abortAt(
    url: string,
    onRequest: (peer: RawConnection, abort: () => void) => void,
    isSecure = false,
  ): Promise<WsError> {
    const controller = new AbortController();
    await using proxy = await startProxy({
      onRequest: (peer) => onRequest(peer, () => controller.abort(new Error("enough"))),
      ...(isSecure && { tls: certificate }),
    });
    const by = proxyUrl(proxy, "", isSecure ? "https" : "http");
    const error = await failure(
      connectBy(isSecure ? { url: by, tls: { ca: certificate.cert } } : by, url, {
        signal: controller.signal,
      }),
    );
    await proxy.idle();
    return error;
  }

  test.each(["ws://target.test/", "wss://target.test/"])(
    "while the proxy is asked closes the socket (%s)",
    async (url) => {
      for (const isSecure of [false, true]) {
        const error = await abortAt(url, (_, abort) => abort(), isSecure);
        expect(error).toMatchObject({ code: "ABORTED", cause: { message: "enough" } });
      }
    },
  );

  test("in the tunnel closes the socket", async () => {
    for (const isSecure of [false, true]) {
      const error = await abortAt(
        "wss://target.test/",
        (peer, abort) => {
          peer.write(ESTABLISHED);
          peer.onData = abort;
        },
        isSecure,
      );
      expect(error.code).toBe("ABORTED");
    }
  });

  test("before it begins opens no socket", async () => {
    await using proxy = await startProxy();
    const signal = AbortSignal.abort();
    const error = await failure(connectBy(proxyUrl(proxy), "ws://target.test/", { signal }));
    expect(error.code).toBe("ABORTED");
    expect(proxy.connections).toEqual([]);
  });
});

async function writeSlowly(socket: Socket, text: string): Promise<void> {
  for (const character of text) {
    await new Promise((resolve) => socket.write(character, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
