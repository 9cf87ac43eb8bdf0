import { globalAgent } from "node:http";

/**
 * Returns true if Node itself sends its requests through the proxies of environment variables: because of
 * `NODE_USE_ENV_PROXY=1`, `--use-env-proxy`, or `http.setGlobalProxyFromEnv()`. Node then gives its global agent the
 * option `proxyEnv`. Versions without that option, such as Node 20, use no proxy.
 */
export function usesEnvironmentByDefault(): boolean {
  const { options } = globalAgent as { readonly options?: { readonly proxyEnv?: unknown } };
  return options?.proxyEnv !== undefined;
}
