import { must } from "../options/parser.js";
import type { Parser } from "../options/parser.js";
import { Context } from "./context.js";

/** Parses option `context` of the sub-paths. */
export const contextParser: Parser = /* @__PURE__ */ must(
  (value) => value instanceof Context,
  "a Context",
);
