// @ts-check
// Jest with CommonJS, where `import` is compiled to `require`: jest --config jest/jest.config.mjs
import { fileURLToPath } from "node:url";

const shared = {
  rootDir: fileURLToPath(new URL("..", import.meta.url)),
  moduleFileExtensions: ["ts", "tsx", "js", "mjs", "json"],
  transform: { "\\.(tsx?|mjs)$": "<rootDir>/jest/transform.mjs" },
};

export const node = {
  ...shared,
  displayName: "node",
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/*.test.ts", "<rootDir>/jest/*.test.ts"],
};

const jsdom = {
  ...shared,
  displayName: "jsdom",
  testEnvironment: "jsdom",
  testMatch: ["<rootDir>/tests/*.test.ts", "<rootDir>/tests/*.test.tsx"],
};

export default { projects: [node, jsdom] };
