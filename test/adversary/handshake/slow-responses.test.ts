import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { FAILED, rawResponses, TOO_LATE } from "./responses.js";

checkLeaks();

describe("a slow response", () => {
  const right = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n";
  const drips: Readonly<Record<string, string>> = {
    "a valid response": right,
    "one endless header": `${right}X: ${"x".repeat(10_000)}`,
    "endless headers": right + "a:b\r\n".repeat(2_000),
    "empty lines": "\r\n".repeat(5_000),
  };
  testAttacks(
    "of one byte per 10 ms fails the dial after dialTimeout",
    Object.entries(drips).map(([name, text]) => ({
      name,
      answer: (peer) => {
        const bytes = text[Symbol.iterator]();
        const timer = setInterval(() => peer.write(bytes.next().value ?? ""), 10);
        peer.socket.once("close", () => clearInterval(timer));
      },
    })),
    { expected: TOO_LATE, options: { dialTimeout: ms(400) } },
  );

  testAttacks(
    "that never arrives fails the dial after dialTimeout",
    rawResponses({ silence: "" }),
    {
      expected: TOO_LATE,
      options: { dialTimeout: ms(200) },
    },
  );

  testAttacks(
    "that ends within its first line fails the dial",
    rawResponses({ half: "HTTP/1.1 101 Swit" }, true),
    {
      expected: FAILED,
    },
  );
});
