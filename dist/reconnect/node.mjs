export { reconnecting } from "./node.cjs";
