// The class under the libraries. To see whether a failure is a fault of this class or of a test, export another class
// here for a moment, such as that of the package `ws`.
export { WebSocket, webSocketClass } from "../../src/compat/node.js";
