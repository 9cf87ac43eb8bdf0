import { describe } from "vitest";
import { testCloseByClient } from "./close-by-client.js";
import { testCloseByPeer } from "./close-by-peer.js";
import { testDialling } from "./dialling.js";
import { testEvents } from "./events.js";
import { createFixture } from "./fixture.js";
import { testKeepAlive } from "./keep-alive.js";
import { testMessages } from "./messages.js";
import type { SuiteOptions } from "./options.js";
import { testPing } from "./ping.js";
import { testReceiving } from "./receiving.js";
import { testSending } from "./sending.js";

/** Defines the tests that every transport has to pass. They use no Node API, because browsers run them, too. */
export function defineTransportSuite(options: SuiteOptions): void {
  describe(options.name, () => {
    const fixture = createFixture(options);
    testMessages(fixture);
    testDialling(fixture);
    testCloseByClient(fixture);
    testCloseByPeer(fixture);
    testSending(fixture);
    testReceiving(fixture);
    testKeepAlive(fixture);
    testPing(fixture);
    testEvents(fixture);
  });
}
