import {
  brotliCompressSync,
  constants,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
} from "node:zlib";
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { ConnectOptions, WsError } from "../../src/node.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection } from "../helpers/raw-server.js";

checkLeaks();

async function refusedBy(onRequest: (peer: RawConnection) => void): Promise<WsError> {
  await using server = await startRawServer({ onRequest });
  const error = await failure(connect(server.url));
  await server.idle();
  return error;
}

/** Returns the body that the error of a refusal with these bytes reports. */
async function bodyOf(encoding: string, body: Buffer): Promise<string | undefined> {
  const error = await refusedBy((peer) => {
    const head = `Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`;
    peer.write(`HTTP/1.1 503 Busy\r\n${head}`, body);
  });
  expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", details: { status: 503 } });
  expect(error.details.headers?.["content-encoding"]).toBe(encoding);
  return error.details.body;
}

describe("a refusal's body", () => {
  const TEXT = '{"error":"zu viele Anfr\u00e4gen","retry":5}';

  test.each<[string, Buffer]>([
    ["gzip", gzipSync(TEXT)],
    ["x-gzip", gzipSync(TEXT)],
    ["GZip", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["deflate", deflateRawSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
    ["identity", Buffer.from(TEXT)],
  ])("in %s is decoded", async (encoding, body) => {
    expect(await bodyOf(encoding, body)).toBe(TEXT);
  });

  test.each(["compress", "gzip, gzip", "", "utf-8"])(
    "in an unknown encoding, %j, is left out",
    async (encoding) => {
      expect(await bodyOf(encoding, gzipSync(TEXT))).toBe("");
    },
  );

  test.each(["gzip", "deflate", "br"])("that is empty, in %s, is empty", async (encoding) => {
    expect(await bodyOf(encoding, Buffer.alloc(0))).toBe("");
  });

  test.each<[string, (text: string) => Buffer]>([
    ["gzip", (text) => gzipSync(text)],
    ["deflate", (text) => deflateSync(text)],
    ["br", (text) => brotliCompressSync(text)],
  ])("in %s is cut at 64 KiB after decompression", async (encoding, compress) => {
    for (const size of [65_535, 65_536, 65_537, 10_000_000]) {
      const body = await bodyOf(encoding, compress("x".repeat(size)));
      expect(body).toHaveLength(Math.min(size, 65_536));
    }
  });

  test("that is cut short is decoded as far as it arrived", async () => {
    const text = randomBytes(8_000).toString("base64");
    for (const compressed of [gzipSync(text), deflateSync(text)]) {
      const encoding = compressed[0] === 0x1f ? "gzip" : "deflate";
      const body = await bodyOf(encoding, compressed.subarray(0, compressed.length / 2));
      expect(body?.length).toBeGreaterThan(1_000);
      expect(text.startsWith(body ?? "-")).toBe(true);
    }
  });

  test("that is damaged is decoded up to about the damage", async () => {
    const first = randomBytes(4_000).toString("hex");
    const second = randomBytes(4_000).toString("hex");
    const gzip = createGzip();
    const chunks: Buffer[] = [];
    gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
    gzip.write(first);
    await new Promise<void>((resolve) => gzip.flush(constants.Z_FULL_FLUSH, resolve));
    const intact = Buffer.concat(chunks).length;
    gzip.end(second);
    await new Promise((resolve) => gzip.once("end", resolve));
    const body = Buffer.concat(chunks).fill(0xff, intact + 100, intact + 200);
    const decoded = (await bodyOf("gzip", body)) ?? "";
    expect(decoded.length).toBeGreaterThan(first.length - 1_024);
    expect(decoded.slice(0, 7_000)).toBe(first.slice(0, 7_000));
  });

  test.each(["gzip", "deflate", "br"])(
    "that claims to be %s and is not is empty",
    async (encoding) => {
      expect(await bodyOf(encoding, Buffer.from("<html>not compressed at all</html>"))).toBe("");
    },
  );
});

describe("the status text of a refusal", () => {
  test("is escaped in the error message, and unchanged in its details", async () => {
    const statusText = "a\x1b[2J\x1b]0;pwned\x07\x9b";
    const error = await refusedBy(({ socket }) => {
      socket.end(Buffer.from(`HTTP/1.1 500 ${statusText}\r\nContent-Length: 0\r\n\r\n`, "latin1"));
    });
    // eslint-disable-next-line no-control-regex
    expect(error.message).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    expect(error.details.statusText).toBe(statusText);
  });

  test("of 50,000 characters is shortened in the error message", async () => {
    const text = "x".repeat(50_000);
    const error = await refusedBy((peer) => peer.refuse(`500 ${text}`));
    expect(error.message.length).toBeLessThan(300);
    expect(error.details.statusText).toBe(text);
  });
});

describe("the header of the handshake response", () => {
  /** Dials a server whose response has `bytes` bytes of names, values and status text. */
  async function dial(bytes: number, options?: ConnectOptions): Promise<string> {
    await using server = await startRawServer({
      onRequest: (peer) => {
        const fixed = ["Switching Protocols", "Upgrade", "websocket", "Connection", "Upgrade"];
        const used = [...fixed, "Sec-WebSocket-Accept", peer.acceptance, "X"].join("").length;
        peer.accept({ X: "x".repeat(bytes - used) });
      },
    });
    const outcome = await connect(server.url, options).then(
      (client) => {
        client.terminate();
        return "open";
      },
      (error: unknown) => {
        expect(error).toMatchObject({ kind: "INTERNAL", retryable: false });
        const { code, message } = error as WsError;
        expect(message).toMatch(/node\.maxHeaderSize \(\d+ bytes\)/);
        return code;
      },
    );
    await server.idle();
    return outcome;
  }

  test.each<[string, number, ConnectOptions?]>([
    ["have up to 64 KiB by default", 65_536],
    ["have up to 1 KiB if node.maxHeaderSize says so", 1_024, { node: { maxHeaderSize: 1_024 } }],
    [
      "have up to 1 MiB if node.maxHeaderSize says so",
      1_048_576,
      { node: { maxHeaderSize: 1_048_576 } },
    ],
    ["have up to 64 KiB if node.maxHeaderSize is 0", 65_536, { node: { maxHeaderSize: 0 } }],
  ])("may %s", async (_, limit, options) => {
    expect(await dial(limit - 1, options)).toBe("open");
    expect(await dial(limit, options)).toBe("open");
    expect(await dial(limit + 1, options)).toBe("HANDSHAKE_REJECTED");
  });
});

describe("the credentials of a URL", () => {
  test.each([
    ["me:pass", "me:pass"],
    ["me", "me:"],
    ["me:", "me:"],
    [":pass", ":pass"],
    ["me%40home:p%C3%A4ss%3Aw%2Frd", "me@home:p\u00e4ss:w/rd"],
    ["me:100%", "me:100%"],
    ["me:%zz%20", "me:%zz "],
    ["\u00fc:\u65e5", "\u00fc:\u65e5"],
  ])("%s are sent as Basic authorization, decoded", async (written, sent) => {
    await using server = await startRawServer();
    (await connect(`ws://${written}@127.0.0.1:${server.port}/`)).terminate();
    const { authorization = "" } = (await server.connection()).request?.headers ?? {};
    expect(authorization).toMatch(/^Basic /);
    expect(Buffer.from(authorization.slice(6), "base64").toString()).toBe(sent);
  });

  test.each(["Authorization", "authorization", "AUTHORIZATION"])(
    "are replaced by a header %s",
    async (name) => {
      await using server = await startRawServer();
      const url = `ws://me:pass@127.0.0.1:${server.port}/`;
      (await connect(url, { headers: { [name]: "Bearer t" } })).terminate();
      expect((await server.connection()).request?.headers.authorization).toBe("Bearer t");
    },
  );
});
