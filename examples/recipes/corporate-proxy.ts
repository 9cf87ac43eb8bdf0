// Connects through an HTTP proxy with credentials that decrypts TLS by an authority of its own.
import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import { connect, WsError } from "wschan";
import type { Client } from "wschan";

export interface ProxySettings {
  host: string;
  port: number;
  user: string;
  password: string;
  /** The certificate of the company's authority, as a PEM file. */
  caFile: string;
}

export async function connectByProxy(url: string, settings: ProxySettings): Promise<Client> {
  const { host, port, user, password, caFile } = settings;
  // `ca` replaces the authorities that Node knows, so they are listed as well.
  const ca = [...rootCertificates, await readFile(caFile, "utf8")];
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  try {
    return await connect(url, {
      node: {
        // `tls` of the proxy is for the connection to the proxy, `tls` of `node` for that to the server.
        proxy: { url: `https://${credentials}@${host}:${port}`, tls: { ca } },
        tls: { ca },
      },
    });
  } catch (error) {
    if (!WsError.is(error) || error.code !== "PROXY_REJECTED") throw error;
    if (error.details.status !== 407) throw error;
    throw new Error(`The proxy ${host} rejects the user name or the password`, { cause: error });
  }
}
