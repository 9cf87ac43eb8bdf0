import type { LookupAddress, LookupOptions } from "node:dns";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";

/**
 * Wraps a lookup function for `net.connect`. Node ends the process if the function answers before its
 * caller listens for errors, or if the answer is not an address. The wrapper always answers later: with IP
 * addresses of the family that Node asks for, as a list or a single one as `all` demands, or with an error.
 * It accepts either form from the function, whatever `all` says: older functions ignore it.
 *
 * @param check Called with each address of the answer; throws to refuse the whole answer.
 */
export function safeLookup(
  lookup: LookupFunction,
  check: (address: string) => void = () => {},
): LookupFunction {
  return (host, options, done) => {
    ask(lookup, host, options)
      .then((answer) => {
        const found = [answer].flat().map((one) => toAddress(host, one));
        for (const { address } of found) check(address);
        const family = options.family as number | undefined;
        const fitting = found.filter((one) => !family || one.family === family);
        if (fitting[0]) return fitting as [LookupAddress, ...LookupAddress[]];
        throw new Error(`the lookup of ${host} found no ${family ? `IPv${family} ` : ""}address`);
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

/** Resolves with the answer; rejects with what the function calls back with, throws or rejects with. */
function ask(lookup: LookupFunction, host: string, options: LookupOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const call: (...args: Parameters<LookupFunction>) => unknown = lookup;
    const returned = call(host, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
    // An async function that fails never calls back.
    Promise.resolve(returned).catch(reject);
  });
}

/** Copies one address of an answer, so that it cannot change after it has been checked. */
function toAddress(host: string, answer: unknown): LookupAddress {
  const { address } = Object(typeof answer === "string" ? { address: answer } : answer) as {
    address?: unknown;
  };
  const family = typeof address === "string" ? isIP(address) : 0;
  if (!family)
    throw new Error(`the lookup of ${host} answered with something else than IP addresses`);
  return { address: address as string, family };
}
