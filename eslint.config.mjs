import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["dist/", "coverage/", ".runtimes/", ".stryker-tmp/", "reports/"]),
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

      // TypeScript says it, and knows which globals there are.
      "no-undef": "off",
      // Numbers in messages are meant; objects and `undefined` are not.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // `() => stop()` reads better than `() => { stop(); }`.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Only a call signature of an interface can have documentation that editors show at a call.
      "@typescript-eslint/prefer-function-type": "off",
      // `() => {}` says "nothing, on purpose".
      "@typescript-eslint/no-empty-function": ["error", { allow: ["arrowFunctions"] }],
      // An interface of its own name has a place of its own in the documentation.
      "@typescript-eslint/no-empty-object-type": [
        "error",
        { allowInterfaces: "with-single-extends" },
      ],
      // It asks for `!`, which no-non-null-assertion forbids.
      "@typescript-eslint/non-nullable-type-assertion-style": "off",
      // `isolatedDeclarations` wants the type on the left.
      "@typescript-eslint/consistent-generic-constructors": "off",
      // A getter that returns a literal stands on the prototype, a field on every instance.
      "@typescript-eslint/class-literal-property-style": "off",
      // `text[0] === "+"` says as much as `startsWith`.
      "@typescript-eslint/prefer-string-starts-ends-with": [
        "error",
        { allowSingleElementEquality: "always" },
      ],
      // What was caught is handed on as it is.
      "@typescript-eslint/prefer-promise-reject-errors": ["error", { allowThrowingUnknown: true }],
      // The default of a type parameter that means "no options given" is the empty object.
      "@typescript-eslint/no-generated-empty-object-type": "off",
    },
  },
  {
    // JavaScript has few types to go by: of the rules that need them only those on promises.
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
    },
  },
  {
    // It stands on top of other files, which use what it declares.
    files: ["scripts/portable-types.d.ts"],
    rules: {
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-unused-vars": "off",
    },
  },
  {
    files: ["test/**", "e2e/**"],
    rules: {
      // Tests hand in what types forbid and wait for what may already be there.
      "@typescript-eslint/no-unnecessary-condition": "off",
      // A stand-in's method may be asynchronous for its type's sake alone.
      "@typescript-eslint/require-await": "off",
      // Stand-ins are no instances.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      // A listener may be asynchronous: Vitest reports what it rejects with.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
    },
  },
);
