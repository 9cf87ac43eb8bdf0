// @ts-check
// The same as `wschan`, under the name that it has beside the observed ones.
export { open } from "./wschan.mjs";
