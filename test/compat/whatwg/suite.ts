import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { abnormalEnd, violations } from "./groups/abnormal-end.js";
import { bufferedAmount, sendInStates } from "./groups/buffered-amount.js";
import { closeArguments } from "./groups/close-arguments.js";
import { closeWhileConnecting, closingHandshake } from "./groups/closing.js";
import { argumentsOfConstructor, protocols } from "./groups/constructor.js";
import { closeEvent, eventObjects } from "./groups/events.js";
import { exceptions } from "./groups/exceptions.js";
import { handlers } from "./groups/handlers.js";
import { constants, shape } from "./groups/interface.js";
import { listeners } from "./groups/listeners.js";
import { binaryType, messages } from "./groups/messages.js";
import { failedHandshake, handshake, negotiation } from "./groups/opening.js";
import { sendBinary, sendBlob, sendText } from "./groups/sending.js";
import { states } from "./groups/states.js";
import { urls } from "./groups/urls.js";
import { kitFor } from "./kit.js";
import type { Group, Implementation } from "./kit.js";
import type { ScriptServer } from "./script.js";

/** The groups of tests, by the names that docs/guide/libraries.md lists. */
export const GROUPS = {
  "URL of the constructor": urls,
  "arguments of the constructor": argumentsOfConstructor,
  subprotocols: protocols,
  constants,
  interface: shape,
  "ready state": states,
  "opening handshake": handshake,
  "failed handshake": failedHandshake,
  "negotiated properties": negotiation,
  "send: text": sendText,
  "send: binary data": sendBinary,
  "send: Blob": sendBlob,
  "send: states": sendInStates,
  "buffered amount": bufferedAmount,
  "close: arguments": closeArguments,
  "close: while connecting": closeWhileConnecting,
  "closing handshake": closingHandshake,
  "abnormal end": abnormalEnd,
  "protocol violations": violations,
  messages,
  "binary type": binaryType,
  "event objects": eventObjects,
  CloseEvent: closeEvent,
  "event handlers": handlers,
  "event listeners": listeners,
  "exceptions in listeners": exceptions,
} satisfies Record<string, Group>;

/** Defines the tests of the WHATWG standard for a class. They use no Node API, because browsers run them, too. */
export function whatwgSuite(implementation: Implementation): void {
  describe(implementation.name, () => {
    let server: ScriptServer | undefined;
    beforeAll(async () => {
      server = await implementation.startServer();
    });
    afterAll(() => server?.stop());
    const defined = new Set<string>();
    for (const [name, define] of Object.entries<Group>(GROUPS)) {
      if (implementation.groups?.includes(name) === false) continue;
      describe(name, () => {
        const kit = kitFor(implementation, name, () => server?.url ?? "");
        define({
          ...kit,
          check: (behaviour, run) => {
            defined.add(`${name}: ${behaviour}`);
            kit.check(behaviour, run);
          },
        });
      });
    }
    if (implementation.groups) return;
    test("the listed deviations are tests of this suite", () => {
      const listed = Object.entries(implementation.deviations).flatMap(([group, tests]) =>
        Object.keys(tests).map((behaviour) => `${group}: ${behaviour}`),
      );
      expect(listed.filter((name) => !defined.has(name))).toEqual([]);
    });
  });
}
