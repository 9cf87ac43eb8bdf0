import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { openMutualTls } from "../../examples/recipes/mutual-tls.js";
import type { CertificateFiles } from "../../examples/recipes/mutual-tls.js";
import { createCertificate } from "../helpers/certificates.js";
import type { Certificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const serverCertificate = createCertificate();
const first = createCertificate(["client-1"]);
const second = createCertificate(["client-2"]);

/** Starts a server that accepts only these client certificates. */
function startServer(accepted: readonly Certificate[]): Promise<EchoServer> {
  const ca = accepted.map(({ cert }) => cert);
  const tls = { ...serverCertificate, ca, requestCert: true, rejectUnauthorized: true };
  return startEchoServer({ tls });
}

/** Writes the files of a client. */
function filesOf(client: Certificate): CertificateFiles & { renew(next: Certificate): void } {
  const dir = mkdtempSync(join(tmpdir(), "wschan-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const files = { cert: join(dir, "cert"), key: join(dir, "key"), ca: join(dir, "ca") };
  const renew = ({ cert, key }: Certificate) => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  writeFileSync(files.ca, serverCertificate.cert);
  renew(client);
  return { ...files, renew };
}

/** Returns the fingerprint of the certificate that a client has shown. */
async function shownTo(server: EchoServer, n: number): Promise<string> {
  const { request } = await server.connection(n);
  return (request.socket as TLSSocket).getPeerCertificate().fingerprint256;
}

const fingerprint = ({ cert }: Certificate) => new X509Certificate(cert).fingerprint256;

test("shows the renewed certificate on the connection after the one that was cut", async () => {
  await using server = await startServer([first, second]);
  const files = filesOf(first);
  const client = openMutualTls(server.url, files);
  expect(await shownTo(server, 0)).toBe(fingerprint(first));
  files.renew(second);
  server.connections[0]?.ws.terminate();
  expect(await shownTo(server, 1)).toBe(fingerprint(second));
  await client.send("hello");
  expect((await client.receive()).value?.data).toBe("hello");
  await client.close();
});

test("replaces an open connection when reconnect() is called after a renewal", async () => {
  await using server = await startServer([first, second]);
  const files = filesOf(first);
  const client = openMutualTls(server.url, files);
  expect(await shownTo(server, 0)).toBe(fingerprint(first));
  await client.send("open");
  await client.receive();
  files.renew(second);
  client.reconnect();
  expect(await shownTo(server, 1)).toBe(fingerprint(second));
  expect((await server.connections[0]?.closed)?.code).toBe(1000);
  await client.close();
});

test("a certificate that the server does not accept opens no connection", async () => {
  await using server = await startServer([first]);
  const client = openMutualTls(server.url, filesOf(second), { maxAttempts: 1 });
  expect((await client.closed).error?.code).toBe("DIAL_FAILED");
  expect(server.connections).toEqual([]);
});

test("a server of another authority is not trusted", async () => {
  await using server = await startServer([first]);
  const files = filesOf(first);
  writeFileSync(files.ca, createCertificate().cert);
  const client = openMutualTls(server.url, files);
  expect((await client.closed).error).toMatchObject({ code: "DIAL_FAILED", retryable: false });
});
