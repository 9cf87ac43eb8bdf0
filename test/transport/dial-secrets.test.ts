import { Agent } from "node:http";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../../src/node.js";
import type { ConnectOptions } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { freePort } from "../helpers/ports.js";
import { startRawServer } from "../helpers/raw-server.js";
import type { RawConnection, RawServerOptions } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";

checkLeaks();

const certificate = createCertificate();

describe("a dial error shows no secret of the caller:", () => {
  const path = "path?token=t0ken";
  const headers = { "X-Key": "k3yvalue" };
  const secrets = ["hunter2", Buffer.from("me:hunter2").toString("base64"), "t0ken", "k3yvalue"];
  /** Dials with a secret in the credentials, in the query and in a header. */
  const dial = (target: string, options?: ConnectOptions): Promise<unknown> =>
    connect(`${target.replace("//", "//me:hunter2@")}${path}`, { headers, ...options });

  const expectNoSecret = async (dialled: Promise<unknown>, code: string): Promise<void> => {
    const error = await failure(dialled);
    expect(error.code).toBe(code);
    const shown = inspect(error, { depth: 9, showHidden: true });
    expect(shown).toContain(code);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    // Node adds the bytes of an answer that it cannot parse, which may be a secret of the server.
    expect(Object(error.cause)).not.toHaveProperty("rawPacket");
  };

  interface Row extends RawServerOptions {
    readonly code: string;
    readonly options?: ConnectOptions;
  }
  const follow = { followRedirects: true };
  const redirect = (location: string) => (peer: RawConnection) =>
    peer.refuse("302 Found", { Location: location });
  const rows: Record<string, Row> = {
    "a refusal": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.refuse("401 Unauthorized", {}, "no"),
    },
    "a bad handshake": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.accept({ "Sec-WebSocket-Accept": null }),
    },
    "a response that is not HTTP": {
      code: "HANDSHAKE_REJECTED",
      onRequest: (peer) => peer.write("SSH-2.0-OpenSSH_9.2p1\r\n"),
    },
    "a reset": { code: "DIAL_FAILED", onRequest: (peer) => peer.reset() },
    "an end of the connection": { code: "DIAL_FAILED", onRequest: (peer) => peer.socket.end() },
    "a certificate": { code: "DIAL_FAILED", tls: certificate },
    "a time-out": {
      code: "DIAL_TIMEOUT",
      onRequest: () => {},
      options: { dialTimeout: ms(50) },
    },
    "an abort": {
      code: "ABORTED",
      onRequest: () => {},
      options: { signal: AbortSignal.abort() },
    },
    "a redirect that is not followed": { code: "HANDSHAKE_REJECTED", onRequest: redirect("/") },
    "a redirect to a bad Location": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("http://[bad/?token=abc"),
      options: { node: follow },
    },
    "a redirect to another scheme": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("ftp://127.0.0.1/"),
      options: { node: follow },
    },
    "endless redirects": {
      code: "HANDSHAKE_REJECTED",
      onRequest: redirect("?again"),
      options: { node: follow },
    },
    "a redirect to a Unix socket": {
      code: "URL_FORBIDDEN",
      onRequest: redirect("ws+unix:///run/app.sock"),
      options: { node: follow },
    },
    "a redirect to a closed port": {
      code: "DIAL_FAILED",
      onRequest: redirect("ws://127.0.0.1:1/"),
      options: { node: follow },
    },
    "a policy that forbids all": { code: "CONNECT_FORBIDDEN", options: { policy: () => false } },
    "a policy that forbids the URL": {
      code: "URL_FORBIDDEN",
      options: { policy: ({ action }) => action === "websocket.connect" },
    },
    "a bad option": { code: "INVALID_OPTION", options: { readLimit: -1 } },
    "a header with a line break": {
      code: "INVALID_OPTION",
      options: { headers: { "X-Key": "k3yvalue\r\n" } },
    },
    "a header that callers may not set": {
      code: "INVALID_OPTION",
      options: { headers: { Host: "k3yvalue" } },
    },
    "TLS options that OpenSSL refuses": {
      code: "DIAL_FAILED",
      tls: certificate,
      options: { node: { tls: { minVersion: "none" } } },
    },
    "an agent that Node refuses": {
      code: "INVALID_OPTION",
      tls: certificate,
      options: { node: { agent: new Agent() } },
    },
    "a platform that cannot send headers": {
      code: "UNSUPPORTED",
      options: { webSocket: WebSocket },
    },
  };
  test.each(Object.entries(rows))("%s", async (_, { code, options, ...given }) => {
    await using server = await startRawServer(given);
    await expectNoSecret(dial(server.url, options), code);
    await server.idle();
  });

  test("a closed port, and a name that does not exist", async () => {
    const port = await freePort();
    await expectNoSecret(dial(`ws://127.0.0.1:${port}/`), "DIAL_FAILED");
    await expectNoSecret(dial(`ws://localhost:${port}/`), "DIAL_FAILED");
    await expectNoSecret(dial("ws://nope.invalid/"), "DIAL_FAILED");
    await expectNoSecret(dial("ws+unix:///nowhere/wschan.sock:/"), "INVALID_URL");
  });

  test.each(["ws://127.0.0.1:99999/", "ws://[bad/", "ws:///", "ftp://127.0.0.1/", "//"])(
    "the bad URL %s",
    (target) => expectNoSecret(dial(target), "INVALID_URL"),
  );

  test.each([
    ["a fragment", `ws://me:hunter2@127.0.0.1/${path}#x`],
    ["a fragment that is secret", "ws://127.0.0.1/#t0ken"],
    ["credentials that are not escaped", "ws://me:pa?ss#hunter2@127.0.0.1/"],
  ])("a URL with %s", (_, url) => expectNoSecret(connect(url), "INVALID_URL"));
});
