// The module that snippets import as "wschan": the package itself, whose connections the picture shows.
import * as wschan from "../../../../../dist/browser.mjs";
import type { ConnectOptions } from "../../../../../dist/browser.mjs";
import { context, observedContext, quiet } from "./observed.js";

export * from "../../../../../dist/browser.mjs";

export const connect = (url: string | URL, options?: ConnectOptions): Promise<wschan.Client> =>
  context.connect(url, quiet(options));

export const createContext = observedContext;

export default Object.freeze({ ...wschan.default, connect, createContext });
