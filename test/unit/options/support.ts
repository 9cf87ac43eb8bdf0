import type { ConnectOptions } from "../../../src/options/connect-options.js";
import { parseOptions } from "../../../src/options/parse-options.js";
import { DEFAULTS } from "../../../src/options/resolved-options.js";
import type { ResolvedOptions } from "../../../src/options/resolved-options.js";
import type { Platform } from "../../../src/protocol/dial.js";
import { NODE } from "../../helpers/unit-transport.js";

export function parse(options: unknown, platform: Platform = NODE): ResolvedOptions {
  return parseOptions(DEFAULTS, options as ConnectOptions, platform) as ResolvedOptions;
}

export function parsed(name: string, value: unknown): unknown {
  return (parse({ [name]: value }) as unknown as Record<string, unknown>)[name];
}
