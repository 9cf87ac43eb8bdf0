import { afterAll, beforeAll, describe, test } from "vitest";
import type { ConnectOptions, NodeOptions } from "../../src/node.js";
import { createCertificate } from "../helpers/certificates.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { freePort } from "../helpers/ports.js";
import { ms } from "../helpers/time.js";
import {
  proxyCertificate,
  startDante,
  startSquid,
  startTinyproxy,
  startTlsProxy,
} from "./proxies.js";
import type { ProxyProcess } from "./proxies.js";
import {
  describeClose,
  describeDial,
  echoAll,
  IMPLEMENTATIONS,
  LOST,
  messagesOf,
} from "./support.js";
import type { Echoes } from "./support.js";

checkLeaks();

const certificate = createCertificate();

let plain: EchoServer;
let secure: EchoServer;
let proxies: Readonly<Record<"squid" | "tinyproxy" | "dante" | "nginx", ProxyProcess>>;

beforeAll(async () => {
  [plain, secure] = await Promise.all([startEchoServer(), startEchoServer({ tls: certificate })]);
  const [squid, tinyproxy, dante] = await Promise.all([
    startSquid(),
    startTinyproxy(plain.port, secure.port, 1),
    startDante(),
  ]);
  proxies = { squid, tinyproxy, dante, nginx: await startTlsProxy(squid.port) };
}, ms(30_000));

afterAll(async () => {
  const servers = [...Object.values(proxies), plain, secure];
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

type Rewrite = (proxy: ProxyProcess) => NodeOptions["proxy"];
const asIs: Rewrite = ({ url }) => url;
const withScheme =
  (scheme: string): Rewrite =>
  ({ url }) =>
    url.replace("socks5h", scheme);
const trusting: Rewrite = ({ url }) => ({ url, tls: { ca: proxyCertificate.cert } });
const withoutCredentials = ({ url }: ProxyProcess): string => url.replace(/\/\/.*@/, "//");
const withWrongCredentials = ({ url }: ProxyProcess): string => url.replace("secret", "guess");

/** Returns options to dial through a proxy. */
function through(proxy: NodeOptions["proxy"], ca = certificate.cert): ConnectOptions {
  return { node: { tls: { ca }, ...(proxy !== undefined && { proxy }) } };
}

describe.each(IMPLEMENTATIONS)("a proxy (%s)", (_, connect) => {
  test.for<[name: string, proxy: keyof typeof proxies, rewrite: Rewrite]>([
    ["Squid with Basic authorization", "squid", asIs],
    ["Tinyproxy with Basic authorization", "tinyproxy", asIs],
    ["Dante by socks5:", "dante", withScheme("socks5")],
    ["Dante by socks5h:", "dante", asIs],
    ["Dante by socks4:", "dante", withScheme("socks4")],
    ["nginx with TLS before Squid", "nginx", trusting],
  ])(
    "of %s carries ws: and wss: connections, 0 B to 4 MiB",
    { timeout: ms(60_000) },
    async ([, name, rewrite], context) => {
      const messages = messagesOf([0, 1, 126, 65_536, 4_194_304]);
      const targets = ["127.0.0.1", "localhost"].flatMap((host) =>
        [plain, secure].map(({ url }) => url.replace("127.0.0.1", host)),
      );
      const results: (Echoes & { readonly end: string })[] = [];
      for (const url of targets) {
        const client = await connect(url, through(rewrite(proxies[name])));
        const echoes = await echoAll(client, messages);
        results.push({ ...echoes, end: describeClose(await client.close()) });
      }
      const sum = (key: "cases" | "lost"): number => results.reduce((n, one) => n + one[key], 0);
      conclude(context, {
        cases: sum("cases"),
        lost: sum("lost"),
        expected: "40 of 40 echoed unchanged; closed by the client with 1000 (clean), no error",
        happened: `${sum("cases") - sum("lost")} of ${sum("cases")} echoed unchanged; ${[...new Set(results.map(({ end }) => end))].join("; ")}`,
      });
    },
  );
});

describe("a dial through", () => {
  const rejected = (traits: string): string => `PROXY_REJECTED (${traits})`;
  const NO_CREDENTIALS = rejected("status 407, PERMISSION_DENIED, not retryable");
  const UNREACHABLE = "DIAL_FAILED (INTERNAL, retryable)";
  const [, connect] = IMPLEMENTATIONS[0] as (typeof IMPLEMENTATIONS)[number];

  test.for<
    [name: string, proxy: keyof typeof proxies, rewrite: Rewrite, port: number, expected: string]
  >([
    ["Squid without credentials", "squid", withoutCredentials, 1, NO_CREDENTIALS],
    ["Squid with wrong credentials", "squid", withWrongCredentials, 1, NO_CREDENTIALS],
    ["Squid to a closed port", "squid", asIs, 1, rejected("status 503, UNAVAILABLE, retryable")],
    [
      "Squid to a forbidden port",
      "squid",
      asIs,
      9,
      rejected("status 403, INTERNAL, not retryable"),
    ],
    ["Tinyproxy without credentials", "tinyproxy", withoutCredentials, 1, NO_CREDENTIALS],
    [
      "Tinyproxy with wrong credentials",
      "tinyproxy",
      withWrongCredentials,
      1,
      rejected("status 401, INTERNAL, not retryable"),
    ],
    [
      "Tinyproxy to a closed port",
      "tinyproxy",
      asIs,
      1,
      rejected("status 500, UNAVAILABLE, retryable"),
    ],
    [
      "Tinyproxy to a forbidden port",
      "tinyproxy",
      asIs,
      9,
      rejected("status 403, INTERNAL, not retryable"),
    ],
    [
      "Dante by socks5: to a closed port",
      "dante",
      withScheme("socks5"),
      1,
      rejected("UNAVAILABLE, retryable"),
    ],
    [
      "Dante by socks4: to a closed port",
      "dante",
      withScheme("socks4"),
      1,
      rejected("UNAVAILABLE, retryable"),
    ],
    ["Dante by socks5: to a forbidden port", "dante", asIs, 9, rejected("INTERNAL, not retryable")],
    [
      "nginx with TLS, with wrong credentials for Squid",
      "nginx",
      (proxy) => ({ url: withWrongCredentials(proxy), tls: { ca: proxyCertificate.cert } }),
      1,
      NO_CREDENTIALS,
    ],
    [
      "nginx with TLS, which is not trusted",
      "nginx",
      asIs,
      1,
      "DIAL_FAILED (INTERNAL, not retryable)",
    ],
    [
      "nginx with TLS, as if it had none",
      "nginx",
      ({ url }) => url.replace("https:", "http:"),
      1,
      UNREACHABLE,
    ],
    [
      "Squid as if it had TLS",
      "squid",
      ({ url }) => url.replace("http:", "https:"),
      1,
      UNREACHABLE,
    ],
    [
      "Squid as if it were a SOCKS proxy",
      "squid",
      ({ url }) => url.replace("http:", "socks5:"),
      1,
      "DIAL_TIMEOUT (TIMEOUT, retryable)",
    ],
    [
      "Dante as if it were an HTTP proxy",
      "dante",
      ({ url }) => url.replace("socks5h:", "http:"),
      1,
      UNREACHABLE,
    ],
  ])("%s fails", async ([, name, rewrite, port, expected], context) => {
    const options = { ...through(rewrite(proxies[name])), dialTimeout: ms(2_000) };
    const dial = connect(`ws://127.0.0.1:${port}/`, options);
    conclude(context, { expected, happened: await describeDial(dial) });
  });

  test("Dante without the user that it requires fails", async (context) => {
    await using dante = await startDante("username");
    conclude(context, {
      expected: rejected("PERMISSION_DENIED, not retryable"),
      happened: await describeDial(connect(plain.url, through(dante.url))),
    });
  });

  test("nginx whose proxy is down fails", async (context) => {
    await using nginx = await startTlsProxy(await freePort());
    conclude(context, {
      expected: UNREACHABLE,
      happened: await describeDial(connect(plain.url, through(trusting(nginx)))),
    });
  });

  test("Squid to a server with an untrusted certificate fails", async (context) => {
    const { cert } = createCertificate();
    conclude(context, {
      expected: "DIAL_FAILED (INTERNAL, not retryable)",
      happened: await describeDial(connect(secure.url, through(proxies.squid.url, cert))),
    });
  });

  test("Tinyproxy is lost when the proxy is killed", async (context) => {
    await using tinyproxy = await startTinyproxy(plain.port);
    const client = await connect(plain.url, through(tinyproxy.url));
    await tinyproxy.process.stop("SIGKILL");
    conclude(context, { expected: LOST, happened: describeClose(await client.closed) });
  });
});
