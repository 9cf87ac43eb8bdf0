import type * as everything from "wschan";

declare global {
  /** What dist/wschan.umd.js leaves when a script tag has loaded it. */
  const wschan: typeof everything;
}
