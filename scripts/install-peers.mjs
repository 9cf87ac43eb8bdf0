// @ts-check
// Installs the servers that test/peers talks to, as far as they are missing.
import { findPeers } from "../test/helpers/find-peers.mjs";
import { installMissing } from "./apt-get.mjs";

installMissing(findPeers);
