import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { connect } from "../../../src/node.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { connectBy, ESTABLISHED, proxyUrl, startProxy } from "./support.js";

checkLeaks();

/** The variables that any test could inherit. */
const VARIABLES = ["ws", "wss", "http", "https", "all", "no"].flatMap((scheme) => [
  `${scheme}_proxy`,
  `${scheme}_PROXY`.toUpperCase(),
]);

/** Runs a function with only these variables of all that choose a proxy. */
async function withVariables<T>(
  variables: Readonly<Record<string, string>>,
  run: () => Promise<T>,
): Promise<T> {
  for (const name of VARIABLES) vi.stubEnv(name, variables[name]);
  try {
    return await run();
  } finally {
    vi.unstubAllEnvs();
  }
}

describe('node.proxy "env"', () => {
  test("uses the variables at the time of the dial", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const url = `ws://target.test:${server.port}/`;
    const client = await withVariables({ ws_proxy: proxyUrl(proxy, "me:pw") }, () =>
      connectBy("env", url),
    );
    const { request } = await proxy.connection();
    expect(request?.headers).toHaveProperty("proxy-authorization");
    await client.close();
    const error = await withVariables({}, () => failure(connectBy("env", url)));
    expect(error.code).toBe("DIAL_FAILED");
    expect(proxy.connections).toHaveLength(1);
  });

  test("reports an invalid variable when it dials", async () => {
    const error = await withVariables({ https_proxy: "ftp://me:hunter2@proxy" }, () =>
      failure(connectBy("env", "wss://target.test/feed?token=t0ken")),
    );
    expect(error).toMatchObject({ code: "INVALID_OPTION", kind: "INVALID", retryable: false });
    expect(error.message).toMatch(/^dial wss:\/\/target\.test\/feed\?\.\.\.: .* https_proxy /);
    expect(inspect(error)).not.toMatch(/hunter2|t0ken/);
  });

  test("chooses a proxy for each redirect", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy({
      onRequest: (peer) =>
        peer.write(
          `${ESTABLISHED}HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: ${server.url}\r\n\r\n`,
        ),
    });
    const client = await withVariables(
      { all_proxy: proxyUrl(proxy), no_proxy: `127.0.0.1:${server.port}` },
      () => connectBy("env", "ws://target.test/", { node: { followRedirects: true } }),
    );
    expect(proxy.connections).toHaveLength(1);
    await client.close();
  });
});

describe("without option node.proxy", () => {
  test("the variables have no effect, because Node ignores them as well", async () => {
    await using server = await startEchoServer();
    await using proxy = await startProxy();
    const variables = { http_proxy: proxyUrl(proxy), all_proxy: proxyUrl(proxy) };
    const client = await withVariables(variables, () => connect(server.url));
    expect(proxy.connections).toEqual([]);
    await client.close();
  });
});
