import type * as everything from "wschan";

declare global {
  /** The global variable that dist/wschan.umd.js defines. */
  const wschan: typeof everything;
}
