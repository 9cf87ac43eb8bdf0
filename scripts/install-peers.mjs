// @ts-check
// Sees to it that the servers that test/peers talks to are there.
import { findPeers } from "../test/helpers/find-peers.mjs";
import { installMissing } from "./apt-get.mjs";

installMissing(findPeers, [
  "Elsewhere: put mosquitto, nginx and libwebsockets-test-server on PATH, and a python3 that has",
  "the package websockets, 10 or later.",
]);
