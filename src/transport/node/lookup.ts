import type { LookupAddress, LookupOptions } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";

/**
 * Wraps a lookup function for `net.connect`. Node ends the process if the function calls back before its
 * caller listens for errors, or if the result is not an address. The wrapper always calls back asynchronously,
 * with an error or with IP addresses of the requested family: a list if `all` is set, otherwise a single one.
 * It accepts both forms from the function, because older functions ignore `all`.
 *
 * @param check - Called with each address of the result. Throws to reject the whole result.
 */
export function safeLookup(
  lookup: LookupFunction,
  check: (address: string) => void = () => {},
): LookupFunction {
  return (host, options, done) => {
    callLookup(lookup, host, options)
      .then((result) => {
        const found = [result].flat().map((entry) => toAddress(host, entry));
        for (const { address } of found) check(address);
        const family = options.family as number | undefined;
        const usable = found.filter((address) => !family || address.family === family);
        if (usable[0]) return usable as [LookupAddress, ...LookupAddress[]];
        throw new Error(
          `the lookup of ${host} returned no ${family ? `IPv${family} ` : ""}address`,
        );
      })
      .then(
        (addresses) => {
          if (options.all) done(null, addresses);
          else done(null, addresses[0].address, addresses[0].family);
        },
        (error: unknown) => done(error as Error, ""),
      );
  };
}

/** Calls a lookup function. Rejects if it calls back with an error, throws or returns a promise that rejects. */
function callLookup(
  lookup: LookupFunction,
  host: string,
  options: LookupOptions,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call: (...args: Parameters<LookupFunction>) => unknown = lookup;
    const returned = call(host, options, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
    // An async function that fails does not call back.
    Promise.resolve(returned).catch(reject);
  });
}

/** Copies one address of a result, so that it cannot change after the check. */
function toAddress(host: string, entry: unknown): LookupAddress {
  const { address } = Object(typeof entry === "string" ? { address: entry } : entry) as {
    address?: unknown;
  };
  const family = typeof address === "string" ? isIP(address) : 0;
  if (!family) throw new Error(`the lookup of ${host} returned something other than IP addresses`);
  return { address: address as string, family };
}
