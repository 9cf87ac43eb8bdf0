import type * as Socks from "socks";
import { WsError } from "../../../errors/ws-error.js";
import type { ProxiedDial } from "./errors.js";

/** The parts of the package `socks` that are used. */
export type SocksModule = Pick<typeof Socks, "SocksClient">;

/** Loads the package `socks`, which is an optional peer dependency. Throws `UNSUPPORTED` if that fails. */
export async function loadSocks({ proxy, label }: ProxiedDial): Promise<SocksModule> {
  try {
    // The comment and the `try` let bundlers build without the package.
    const loaded = await import(/* webpackIgnore: true */ "socks");
    // Some loaders do not find the names of a CommonJS module.
    return "SocksClient" in loaded ? loaded : (loaded as { default: SocksModule }).default;
  } catch (cause) {
    const problem = "a SOCKS proxy needs the package socks, which cannot be loaded";
    throw new WsError(
      "UNSUPPORTED",
      `dial ${label}: ${proxy.label}: ${problem}; run npm install socks`,
      { cause },
    );
  }
}
