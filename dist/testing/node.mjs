export { TestClock, TestPeer, TestServer } from "./node.cjs";
