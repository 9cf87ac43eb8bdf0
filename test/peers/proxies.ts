import { createCertificate } from "../helpers/certificates.js";
import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";

/** A proxy in a process of its own. */
export interface ProxyProcess extends AsyncDisposable {
  /** With credentials, if it requires some. Without a `/` at its end. */
  readonly url: string;
  readonly port: number;
  readonly process: ServerProcess;
}

/** The credentials that the proxies require. */
export const CREDENTIALS = "ada:secret";

/** The certificate of {@link startTlsProxy}. */
export const proxyCertificate = createCertificate();

/** Starts Squid, an HTTP proxy, which requires {@link CREDENTIALS} and refuses the port 9. */
export function startSquid(): Promise<ProxyProcess> {
  return startProxy("squid", `http://${CREDENTIALS}@`, {
    args: (dir, port) => ["-N", "-d", "1", "-n", `wschan${port}`, "-f", `${dir}/squid.conf`],
    // Squid gives up the rights of root. It then reads no file in its folder, so the check of credentials is a command.
    config: (port) => `
      http_port 127.0.0.1:${port}
      auth_param basic program /bin/sed -u s/^${CREDENTIALS.replace(":", ".")}$/OK/;t;s/.*/ERR/
      auth_param basic children 1 startup=1
      acl known proxy_auth REQUIRED
      acl discard port 9
      http_access deny !known
      http_access deny discard
      http_access allow known
      cache deny all
      cache_log /dev/null
      access_log none
      pid_filename none
      netdb_filename none
      coredump_dir /tmp
      dns_nameservers 127.0.0.1
      max_filedescriptors 1024
      shutdown_lifetime 0 seconds
      visible_hostname localhost`,
    file: "squid.conf",
  });
}

/** Starts Tinyproxy, an HTTP proxy, which requires {@link CREDENTIALS} and refuses all ports but these. */
export function startTinyproxy(...ports: readonly number[]): Promise<ProxyProcess> {
  return startProxy("tinyproxy", `http://${CREDENTIALS}@`, {
    args: (dir) => ["-d", "-c", `${dir}/tinyproxy.conf`],
    config: (port) => `
      Port ${port}
      Listen 127.0.0.1
      Timeout 60
      MaxClients 50
      BasicAuth ${CREDENTIALS.replace(":", " ")}
      ${ports.map((allowed) => `ConnectPort ${allowed}`).join("\n")}`,
    file: "tinyproxy.conf",
  });
}

/** Starts Dante, a SOCKS 4 and 5 proxy. It refuses the port 9, and requires a user if `method` is "username". */
export function startDante(method: "none" | "username" = "none"): Promise<ProxyProcess> {
  return startProxy("dante", "socks5h://", {
    args: (dir) => ["-f", `${dir}/danted.conf`, "-p", `${dir}/danted.pid`],
    config: (port) => `
      logoutput: stderr
      internal: 127.0.0.1 port = ${port}
      external: lo
      clientmethod: none
      socksmethod: ${method}
      client pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }
      socks block { from: 127.0.0.0/8 to: 127.0.0.0/8 port = 9 }
      socks pass { from: 127.0.0.0/8 to: 127.0.0.0/8 }`,
    file: "danted.conf",
  });
}

/** Starts nginx, which takes TLS off the connections to a proxy on this port. */
export function startTlsProxy(inner: number): Promise<ProxyProcess> {
  return startProxy("nginx", `https://${CREDENTIALS}@`, {
    args: (dir) => ["-e", "stderr", "-p", dir, "-c", `${dir}/nginx.conf`],
    config: (port) => `
      load_module ${requirePeer("nginxStream")};
      daemon off;
      user root root;
      worker_processes 1;
      pid nginx.pid;
      error_log stderr notice;
      events { worker_connections 256; }
      stream {
        server {
          listen 127.0.0.1:${port} ssl;
          ssl_certificate cert.pem;
          ssl_certificate_key key.pem;
          proxy_pass 127.0.0.1:${inner};
        }
      }`,
    file: "nginx.conf",
    files: { "cert.pem": proxyCertificate.cert, "key.pem": proxyCertificate.key },
  });
}

interface Settings {
  readonly args: (dir: string, port: number) => readonly string[];
  /** Returns the text of the configuration. */
  readonly config: (port: number) => string;
  /** The name of the configuration's file. */
  readonly file: string;
  /** Other files. */
  readonly files?: Readonly<Record<string, string>>;
}

async function startProxy(
  name: Parameters<typeof requirePeer>[0],
  urlStart: string,
  { args, config, file, files }: Settings,
): Promise<ProxyProcess> {
  const port = await freePort();
  // Squid, among others, reads a directive only at the beginning of a line.
  const text = config(port).replace(/^ +/gm, "");
  const process = await ServerProcess.start({
    command: requirePeer(name),
    args: (dir) => args(dir, port),
    files: () => ({ [file]: text, ...files }),
    ready: (server) => server.listens(port),
  });
  return {
    url: `${urlStart}127.0.0.1:${port}`,
    port,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}
