import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "dist/",
    "coverage/",
    ".runtimes/",
    ".stryker-tmp/",
    "reports/",
    "docs/.vitepress/cache/",
    "docs/.vitepress/dist/",
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
      "object-shorthand": "error",

      // TypeScript reports undefined names, and knows the globals.
      "no-undef": "off",
      // A number in a message is intended; an object or `undefined` is a mistake.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => stop()` is easier to read than `() => { stop(); }`.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Editors show documentation at a call only if it is on the call signature of an interface.
      "@typescript-eslint/prefer-function-type": "off",
      // `() => {}` does nothing on purpose.
      "@typescript-eslint/no-empty-function": ["error", { allow: ["arrowFunctions"] }],
      // An interface with its own name gets its own entry in the documentation.
      "@typescript-eslint/no-empty-object-type": [
        "error",
        { allowInterfaces: "with-single-extends" },
      ],
      // Requires `!`, which no-non-null-assertion forbids.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // `isolatedDeclarations` requires the type on the left.
      "@typescript-eslint/consistent-generic-constructors": "off",
      // A getter that returns a literal exists once, on the prototype; a field would exist on every instance.
      "@typescript-eslint/class-literal-property-style": "off",
      // `text[0] === "+"` is as clear as `startsWith`.
      "@typescript-eslint/prefer-string-starts-ends-with": [
        "error",
        { allowSingleElementEquality: "always" },
      ],
      // Caught values are passed on unchanged.
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      // `{}` is the default of type parameters for options that may be omitted.
      "@typescript-eslint/no-generated-empty-object-type": "off",
    },
  },
  {
    // JavaScript has too few types for most typed rules, except those on promises.
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        // The runner awaits the tests.
        { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] },
      ],
      "@typescript-eslint/no-misused-promises": "error",
    },
  },
  {
    // The build inserts this file at the top of others, which use its declarations.
    files: ["scripts/portable-types.d.ts"],
    rules: {
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-unused-vars": "off",
    },
  },
  {
    files: ["test/**", "e2e/**"],
    rules: {
      // Tests pass values that the types forbid, and wait for conditions that may already be true.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // A method of a test double may be async only to match its type.
      "@typescript-eslint/require-await": "off",
      // Test doubles are not instances of the classes that they replace.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A listener may be async, because Vitest reports unhandled rejections.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
    },
  },
);
