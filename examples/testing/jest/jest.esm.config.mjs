// @ts-check
// Jest with ES modules: NODE_OPTIONS=--experimental-vm-modules jest --config jest/jest.esm.config.mjs
import { node } from "./jest.config.mjs";

export default { ...node, displayName: "node-esm", extensionsToTreatAsEsm: [".ts", ".tsx"] };
