import { must } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import { Context } from "./context.js";

/** Returns option `context`, or the context that `create` returns. If it is neither, its parser throws later. */
export function contextOf(context: unknown, create: () => Context): Context {
  return context instanceof Context ? context : create();
}

/** Parses option `context` of the sub-paths. */
export const contextParser: Parser = /* @__PURE__ */ must(
  (value) => value instanceof Context,
  "a Context",
);
