import { createCertificate } from "../helpers/certificates.js";
import { requirePeer } from "../helpers/find-peers.mjs";
import { freePort } from "../helpers/ports.js";
import { ServerProcess } from "./server-process.js";

/** The certificate of nginx. */
export const certificate = createCertificate();
/** The certificate that nginx trusts for its clients. */
export const clientCertificate = createCertificate();

export interface NginxOptions {
  /** The parameters of the directive `listen`, after the port. Default: `ssl`. */
  readonly listen?: string;
  /** Additional directives of the `server` block, which already proxies `location /to/PORT` to that port. */
  readonly server?: string;
  /** The directive `worker_shutdown_timeout`, in the syntax of nginx. Default: no limit. */
  readonly shutdownTimeout?: string;
}

/** An nginx server that terminates TLS. */
export interface Nginx extends AsyncDisposable {
  /** Without a `/` at its end. */
  readonly url: string;
  readonly process: ServerProcess;
}

export async function startNginx(options: NginxOptions = {}): Promise<Nginx> {
  const port = await freePort();
  const process = await ServerProcess.start({
    command: requirePeer("nginx"),
    // Without `-e`, nginx opens its compiled-in log first, which not every user may write.
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
# If root starts nginx, its worker would run as a user that cannot read these files.
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
