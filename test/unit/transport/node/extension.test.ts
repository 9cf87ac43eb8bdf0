import { describe, expect, test } from "vitest";
import { COMPRESSION } from "../../../../src/protocol/constants.js";
import { compressionMode } from "../../../../src/protocol/extensions.js";
import { readParameters } from "../../../../src/transport/node/extension.js";

const { DISABLED, CONTEXT_TAKEOVER, NO_CONTEXT } = COMPRESSION;

/** Rows of a server's answer, the requested mode, and the negotiated parameters. */
const NEGOTIATED: readonly (readonly [
  answer: string,
  asked: typeof CONTEXT_TAKEOVER | typeof NO_CONTEXT,
  inForce: {
    readonly mode: typeof CONTEXT_TAKEOVER | typeof NO_CONTEXT;
    /** True if the side may keep a context, and its window bits. */
    readonly server: readonly [context: boolean, bits: number];
    readonly client: readonly [context: boolean, bits: number];
  },
])[] = [
  [
    "permessage-deflate",
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [true, 15], client: [true, 15] },
  ],
  [
    "permessage-deflate; server_no_context_takeover",
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [false, 15], client: [true, 15] },
  ],
  [
    "permessage-deflate; client_no_context_takeover",
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [true, 15], client: [false, 15] },
  ],
  [
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    CONTEXT_TAKEOVER,
    { mode: NO_CONTEXT, server: [false, 15], client: [false, 15] },
  ],
  // RFC 7692 section 7.1.1.2: a client that requested it keeps no context, even if the answer omits it.
  [
    "permessage-deflate; server_no_context_takeover",
    NO_CONTEXT,
    { mode: NO_CONTEXT, server: [false, 15], client: [false, 15] },
  ],
  // Section 7.1.1.1 lets the client fail if the server does not agree; we accept the server's context.
  [
    "permessage-deflate",
    NO_CONTEXT,
    { mode: CONTEXT_TAKEOVER, server: [true, 15], client: [false, 15] },
  ],
  [
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=11",
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [true, 9], client: [true, 11] },
  ],
  [
    'permessage-deflate; server_max_window_bits="8";client_max_window_bits="15"',
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [true, 8], client: [true, 15] },
  ],
  [
    "PerMessage-Deflate ;\tServer_Max_Window_Bits=10 ; CLIENT_NO_CONTEXT_TAKEOVER",
    CONTEXT_TAKEOVER,
    { mode: CONTEXT_TAKEOVER, server: [true, 10], client: [false, 15] },
  ],
];

describe("permessage-deflate", () => {
  test.each(NEGOTIATED)(
    "is negotiated by %j for the requested mode %i",
    (answer, asked, { mode, server, client }) => {
      expect(readParameters(answer, asked)).toEqual({
        serverContext: server[0],
        serverWindowBits: server[1],
        clientContext: client[0],
        clientWindowBits: client[1],
      });
      expect(compressionMode(answer, asked)).toBe(mode);
    },
  );

  test.each(["", "x-webkit-deflate-frame"])("is not negotiated by %j", (answer) => {
    for (const asked of [CONTEXT_TAKEOVER, NO_CONTEXT]) {
      expect(readParameters(answer, asked)).toBeUndefined();
      expect(compressionMode(answer, asked)).toBe(DISABLED);
    }
  });

  test("is negotiated as in the answer if the requested mode is unknown", () => {
    const both = "permessage-deflate; client_no_context_takeover; server_no_context_takeover";
    expect(compressionMode(both)).toBe(NO_CONTEXT);
    expect(compressionMode("permessage-deflate; server_no_context_takeover")).toBe(
      CONTEXT_TAKEOVER,
    );
  });
});
