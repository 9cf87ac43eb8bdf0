import { createCertificate } from "../helpers/certificates.js";
import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";

/** Nginx's own, and the one that it trusts its clients by. */
export const certificate = createCertificate();
export const clientCertificate = createCertificate();

export interface NginxOptions {
  /** What stands behind the port that it listens on. Default: `ssl`. */
  readonly listen?: string;
  /** Further directives of the one `server`. `location /to/PORT` is there: a proxy to that port. */
  readonly server?: string;
  /** How long a worker that is to go keeps its connections, as nginx writes it. Default: for good. */
  readonly shutdownTimeout?: string;
}

/** An nginx that ends TLS. */
export interface Nginx extends AsyncDisposable {
  /** Without a `/` at its end. */
  readonly url: string;
  readonly process: ServerProcess;
}

export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const port = await freePort();
  const process = await ServerProcess.start({
    command: requirePeer("nginx"),
    // Where it was built to write before it has read its configuration, not everybody may.
    args: (dir) => ["-e", "stderr", "-p", dir, "-c", `${dir}/nginx.conf`],
    files: (dir) => ({
      "nginx.conf": configure(dir, port, options),
      "cert.pem": certificate.cert,
      "key.pem": certificate.key,
      "client.pem": clientCertificate.cert,
      passwords: "ada:{PLAIN}secret\n",
    }),
    ready: (server) => server.listens(port),
  });
  return {
    url: `wss://127.0.0.1:${port}`,
    process,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

function configure(dir: string, port: number, options: NginxOptions): string {
  const { listen = "ssl", server = "", shutdownTimeout } = options;
  return `
daemon off;
# Started by root, its worker would be somebody who may not read these files.
user root root;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
${shutdownTimeout === undefined ? "" : `worker_shutdown_timeout ${shutdownTimeout};`}
events { worker_connections 256; }
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${dir}/${name};`)
    .join(" ")}
  server {
    listen 127.0.0.1:${port} ${listen};
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection "upgrade";
    location ~ ^/to/(\\d+) { proxy_pass http://127.0.0.1:$1; }
    ${server}
  }
}
`;
}
