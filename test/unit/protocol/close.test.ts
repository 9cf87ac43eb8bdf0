import { describe, expect, test } from "vitest";
import { browserCode, CLOSE_CODES } from "../../../src/protocol/close-codes.js";
import { checkClose, peerError } from "../../../src/protocol/close.js";
import { failure } from "../../helpers/failure.js";

const LABEL = "ws://host.test/path?...";

/** The names of the close codes, by code. */
function isSendable(code: number): boolean {
  return (
    (code >= 1000 && code <= 1003) ||
    (code >= 1007 && code <= 1014) ||
    (code >= 3000 && code <= 4999)
  );
}

test("the close codes 1000 to 1015 have their documented names", () => {
  const names =
    "NORMAL GOING_AWAY PROTOCOL_ERROR UNSUPPORTED_DATA RESERVED NO_STATUS ABNORMAL_CLOSURE " +
    "INVALID_PAYLOAD POLICY_VIOLATION MESSAGE_TOO_BIG MANDATORY_EXTENSION INTERNAL_ERROR " +
    "SERVICE_RESTART TRY_AGAIN_LATER BAD_GATEWAY TLS_HANDSHAKE";
  expect(Object.entries(CLOSE_CODES)).toEqual(names.split(" ").map((name, i) => [name, 1000 + i]));
  expect(Object.isFrozen(CLOSE_CODES)).toBe(true);
});

describe("a close code", () => {
  test("may be sent if the documentation allows it, from -1 to 70000", async () => {
    const wrong: number[] = [];
    for (let code = -1; code <= 70_000; code++) {
      let sendable = true;
      try {
        checkClose(code, "");
      } catch {
        sendable = false;
      }
      if (sendable !== isSendable(code)) wrong.push(code);
    }
    expect(wrong).toEqual([]);
  });

  test.each([
    ...[999, 1004, 1005, 1006, 1015, 1016, 1999, 2000, 2999, 5000, 65_535],
    ...[1000.5, NaN, Infinity, -1000, "1000", "", null, undefined, true, {}, [1000], 1000n],
  ])("%o is rejected with the list of allowed codes", async (code) => {
    const error = await failure(() => checkClose(code, ""));
    expect(error).toMatchObject({ code: "INVALID_CLOSE", kind: "INVALID", retryable: false });
    expect(error.message).toMatch(/^close: .*1000-1003, 1007-1014 or 3000-4999/);
    if (typeof code === "number") expect(error.message).toContain(String(code));
  });
});

describe("a close reason", () => {
  test.each([
    ["0 bytes", ""],
    ["122 bytes of ASCII", "x".repeat(122)],
    ["123 bytes of ASCII", "x".repeat(123)],
    ["122 bytes in characters of 2 bytes", "\u00e9".repeat(61)],
    ["123 bytes in characters of 3 bytes", "\u20ac".repeat(41)],
    ["120 bytes in characters of 4 bytes", "\u{1f600}".repeat(30)],
    ["123 bytes in characters of 3 and 4 bytes", "\u{1f600}".repeat(30) + "\u20ac"],
    ["41 lone surrogates, 3 bytes each", "\ud800".repeat(41)],
  ])("of %s is accepted", (_, reason) => {
    expect(new TextEncoder().encode(reason).length).toBeLessThanOrEqual(123);
    expect(() => checkClose(1000, reason)).not.toThrow();
  });

  test.each([
    ["124 bytes of ASCII", "x".repeat(124)],
    ["124 bytes in characters of 2 bytes", "\u00e9".repeat(62)],
    ["125 bytes in characters of 2 and 3 bytes", "\u20ac".repeat(41) + "\u00e9"],
    ["124 bytes in characters of 4 bytes", "\u{1f600}".repeat(31)],
    ["124 bytes with a lone surrogate", "\ud800".repeat(41) + "x"],
    ["123 characters of 2 bytes", "\u00e9".repeat(123)],
    ["a million characters", "x".repeat(1_000_000)],
  ])("of %s is rejected", async (_, reason) => {
    const error = await failure(() => checkClose(1000, reason));
    expect(error.code).toBe("INVALID_CLOSE");
    expect(error.message).toMatch(/reason.*123 bytes/);
    expect(error.message.length).toBeLessThan(200);
  });

  test.each([null, undefined, 5, {}, ["x"], true])("that is %o is rejected", async (reason) => {
    const error = await failure(() => checkClose(1000, reason));
    expect(error.code).toBe("INVALID_CLOSE");
    expect(error.message).toContain("reason");
  });
});

describe("the close code on the wire", () => {
  test.each([
    [1000, 1000],
    [1001, 4001],
    [1002, 4002],
    [1003, 4003],
    [1007, 4007],
    [1008, 4008],
    [1009, 4009],
    [1011, 4011],
    [1014, 4014],
    [3000, 3000],
    [3008, 3008],
    [4011, 4011],
    [4999, 4999],
  ])("is, for %i, %i from a browser", (code, sent) => {
    expect(browserCode(code)).toBe(sent);
  });
});

describe("a close by the peer", () => {
  test.each([1000, 1001, 1005])("with %i is a normal end", (code) => {
    expect(peerError(LABEL, code, "bye")).toBeUndefined();
  });

  /** Kind and retryable by close code. All other codes are INTERNAL and not retryable. */
  test.each<[number, string, boolean]>([
    [1002, "INTERNAL", false],
    [1003, "INTERNAL", false],
    [1004, "INTERNAL", false],
    [1007, "INTERNAL", false],
    [1008, "PERMISSION_DENIED", false],
    [1009, "INTERNAL", false],
    [1010, "INTERNAL", false],
    [1011, "INTERNAL", true],
    [1012, "UNAVAILABLE", true],
    [1013, "UNAVAILABLE", true],
    [1014, "UNAVAILABLE", true],
    [1015, "INTERNAL", false],
    [2000, "INTERNAL", false],
    [3000, "PERMISSION_DENIED", false],
    [3001, "INTERNAL", false],
    [3003, "PERMISSION_DENIED", false],
    [3008, "TIMEOUT", true],
    [4000, "INTERNAL", false],
    [4008, "INTERNAL", false],
    [4999, "INTERNAL", false],
  ])("with %i is an error of kind %s, retryable: %s", (code, kind, retryable) => {
    const error = peerError(LABEL, code, "why");
    expect(error).toMatchObject({
      code: "CLOSED_BY_PEER",
      kind,
      retryable,
      details: { closeCode: code, reason: "why" },
      message: `connection ${LABEL}: closed by the peer with code ${code}: why`,
    });
    expect(peerError(LABEL, code, "")?.message).toMatch(new RegExp(`code ${code}$`));
  });
});
