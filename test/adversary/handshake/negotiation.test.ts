import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { OPENS, REFUSED, responses } from "./responses.js";
import type { HandshakeResponse } from "./responses.js";

checkLeaks();

describe("a subprotocol", () => {
  testAttacks(
    "is rejected if none was offered",
    responses({
      one: { more: ["Sec-WebSocket-Protocol: chat"] },
      "an empty one": { more: ["Sec-WebSocket-Protocol:"] },
    }),
    { expected: REFUSED },
  );

  testAttacks(
    "is rejected unless it is exactly one of those offered",
    responses(
      {
        none: {},
        "an empty one": { more: ["Sec-WebSocket-Protocol:"] },
        another: { more: ["Sec-WebSocket-Protocol: chat"] },
        "in another case": { more: ["Sec-WebSocket-Protocol: A"] },
        both: { more: ["Sec-WebSocket-Protocol: a, b"] },
        "both, in two headers": {
          more: ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b"],
        },
        "the same twice": { more: ["Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: a"] },
        "one in quotes": { more: ['Sec-WebSocket-Protocol: "a"'] },
      },
      { protocols: ["a", "b"] },
    ),
    { expected: REFUSED },
  );

  testAttacks(
    "is accepted if it is one of those offered",
    responses(
      {
        "the first": { more: ["Sec-WebSocket-Protocol: a"] },
        "the second, with space": { more: ["Sec-WebSocket-Protocol:   b "] },
      },
      { protocols: ["a", "b"] },
    ),
    { expected: OPENS },
  );
});

describe("extensions", () => {
  const extensions = (...values: readonly string[]): Record<string, HandshakeResponse> =>
    Object.fromEntries(
      values.map((value) => [
        value,
        { more: value.split("|").map((one) => `Sec-WebSocket-Extensions: ${one}`) },
      ]),
    );

  testAttacks(
    "are rejected if none was offered",
    responses(extensions("permessage-deflate", "x-webkit-deflate-frame", "", ",", "x; y=z")),
    { expected: REFUSED },
  );

  testAttacks(
    "are rejected if they do not match the offer",
    responses(
      extensions(
        "",
        ",",
        ";",
        "x",
        "permessage-deflate-2",
        "Permessage-Deflate",
        "permessage-deflate;",
        "permessage-deflate; ;",
        "permessage-deflate; unknown",
        "permessage-deflate; unknown=1",
        "permessage-deflate, x",
        "x, permessage-deflate",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate|permessage-deflate",
        "permessage-deflate|permessage-deflate; server_no_context_takeover",
        "permessage-deflate|x",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_no_context_takeover=1",
        "permessage-deflate; server_no_context_takeover=true",
        "permessage-deflate; client_no_context_takeover=0",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        ...["server", "client"].flatMap((side) => [
          ...[
            "7",
            "16",
            "0",
            "-8",
            "99",
            "08",
            "015",
            "+9",
            "9.0",
            "1e1",
            "0x0f",
            "ten",
            "",
            '""',
          ].map((bits) => `permessage-deflate; ${side}_max_window_bits=${bits}`),
          `permessage-deflate; ${side}_max_window_bits`,
          `permessage-deflate; ${side}_max_window_bits=9; ${side}_max_window_bits=10`,
          `permessage-deflate; ${side}_max_window_bits=9; ${side}_max_window_bits=9`,
          `permessage-deflate; ${side}_max_window_bits="9`,
        ]),
      ),
      { compression: 1 },
    ),
    { expected: REFUSED },
  );

  testAttacks(
    "are accepted if they match the offer",
    responses(
      extensions(
        "permessage-deflate",
        "  permessage-deflate ;  server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover",
        "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
        ...["8", "9", "15", '"10"'].flatMap((bits) => [
          `permessage-deflate; server_max_window_bits=${bits}`,
          `permessage-deflate; client_max_window_bits=${bits}`,
        ]),
        "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9; client_no_context_takeover",
      ),
      { compression: 1 },
    ),
    { expected: OPENS },
  );
});
