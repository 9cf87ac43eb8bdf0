// The module that snippets import as "wschan": the package itself, whose connections the picture shows.
import * as wschan from "../../../../../src/browser.js";
import type { ConnectOptions } from "../../../../../src/browser.js";
import { context, observedContext, quiet } from "./observed.js";

export * from "../../../../../src/browser.js";

export const connect = ((url: string | URL, options?: ConnectOptions) =>
  context.connect(url, quiet(options))) as wschan.Connect;

export const createContext = observedContext;

export default Object.freeze({ ...wschan.default, connect, createContext });
