// @ts-check
// Installs the servers that test/peers and test/compat connect to and that are missing.
import { findPeers } from "../test/helpers/find-peers.mjs";
import { installMissing } from "./apt-get.mjs";

installMissing(findPeers);
