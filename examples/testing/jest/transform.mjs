// @ts-check
// Compiles TypeScript and JSX with esbuild. Projects that use babel-jest, ts-jest or SWC need no such file.
import { transformSync } from "esbuild";

export default {
  /**
   * @param {string} source
   * @param {string} sourcefile
   * @param {{ supportsStaticESM: boolean }} options
   */
  process(source, sourcefile, { supportsStaticESM }) {
    const { code } = transformSync(source, {
      sourcefile,
      loader: sourcefile.endsWith("x") ? "tsx" : "ts",
      jsx: "automatic",
      format: supportsStaticESM ? "esm" : "cjs",
      sourcemap: "inline",
    });
    return { code };
  },
};
