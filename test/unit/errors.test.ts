import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { errors, WsError } from "../../src/errors/ws-error.js";
import { invalid, quote, show } from "../../src/errors/validation.js";
import { platformClass } from "../../src/errors/platform-class.js";
import type { ErrorCode, ErrorKind } from "../../src/errors/error-codes.js";
import { failure } from "../helpers/failure.js";

/** The documented kind and retryable by code. If the kind depends on the case, this is the code's default. */
const TABLE: Record<ErrorCode, [ErrorKind, retryable: boolean]> = {
  CONNECT_FORBIDDEN: ["PERMISSION_DENIED", false],
  URL_FORBIDDEN: ["PERMISSION_DENIED", false],
  NO_CONTEXT: ["INTERNAL", false],
  UNKNOWN_CONNECTION: ["INTERNAL", false],
  INVALID_URL: ["INVALID", false],
  INVALID_OPTION: ["INVALID", false],
  INVALID_DURATION: ["INVALID", false],
  INVALID_MESSAGE: ["INVALID", false],
  INVALID_CLOSE: ["INVALID", false],
  CHANNEL_CLOSED: ["INVALID", false],
  UNSUPPORTED: ["UNSUPPORTED", false],
  DIAL_FAILED: ["INTERNAL", true],
  DIAL_TIMEOUT: ["TIMEOUT", true],
  HANDSHAKE_REJECTED: ["INTERNAL", false],
  PROXY_REJECTED: ["INTERNAL", false],
  ABORTED: ["CANCELED", false],
  READ_TIMEOUT: ["TIMEOUT", true],
  WRITE_TIMEOUT: ["TIMEOUT", true],
  KEEPALIVE_TIMEOUT: ["TIMEOUT", true],
  PING_TIMEOUT: ["TIMEOUT", true],
  SEND_TIMEOUT: ["TIMEOUT", true],
  FLUSH_TIMEOUT: ["TIMEOUT", true],
  RECEIVE_TIMEOUT: ["TIMEOUT", true],
  REQUEST_TIMEOUT: ["TIMEOUT", true],
  RPC_ERROR: ["INTERNAL", false],
  CHANNEL_TIMEOUT: ["TIMEOUT", true],
  MESSAGE_TOO_BIG: ["INVALID", false],
  SLOW_CONSUMER: ["RATE_LIMITED", true],
  QUEUE_FULL: ["RATE_LIMITED", true],
  PROTOCOL_ERROR: ["INTERNAL", false],
  CLOSED: ["UNAVAILABLE", false],
  CONNECTION_LOST: ["UNAVAILABLE", true],
  CLOSED_BY_PEER: ["INTERNAL", false],
};

const KINDS =
  "NOT_FOUND ALREADY_EXISTS INVALID PERMISSION_DENIED UNAVAILABLE INTERNAL CANCELED CONFLICT " +
  "TIMEOUT RATE_LIMITED UNSUPPORTED UNKNOWN";

describe("an error", () => {
  const rows = Object.entries(TABLE) as [ErrorCode, [ErrorKind, boolean]][];

  test.each(rows)(
    "with code %s has the documented kind and retryable: %s",
    (code, [kind, retryable]) => {
      const error = new WsError(code, "text");
      expect(error).toMatchObject({ code, kind, retryable, message: "text", name: "WsError" });
      expect(error.details).toEqual({});
      expect(error).not.toHaveProperty("cause");
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toBe("WsError: text");
      expect(error.stack).toContain("errors.test.ts");
    },
  );

  test("may override these and have a cause and details", () => {
    const cause = new Error("x");
    const details = { status: 503 };
    const init = { kind: "TIMEOUT", retryable: true, details, cause } as const;
    expect(new WsError("HANDSHAKE_REJECTED", "", init)).toMatchObject(init);
    expect(new WsError("DIAL_FAILED", "", { retryable: false }).retryable).toBe(false);
    const undefinedCause = new WsError("ABORTED", "", { cause: undefined });
    expect(Object.hasOwn(undefinedCause, "cause")).toBe(false);
  });
});

describe("headers and body in details", () => {
  const details = {
    status: 401,
    headers: { "set-cookie": "S3CR3T" },
    body: "S3CR3T",
    retryAfter: 5,
  };
  const error = new WsError("HANDSHAKE_REJECTED", "refused", { details });
  const again = new WsError("HANDSHAKE_REJECTED", "gave up", {
    details: error.details,
    cause: error,
  });

  test.each([
    ["an error", error],
    ["an error with the details of another", again],
  ])("are in %s, but not in logs", (_, { details: { headers, body, ...shown }, ...all }) => {
    expect({ headers, body }).toEqual({ headers: details.headers, body: details.body });
    expect(shown).toEqual({ status: 401, retryAfter: 5 });
    expect(all).not.toHaveProperty("body");
  });

  test.each([error, again])("are shown by neither util.inspect nor JSON.stringify", (one) => {
    expect(inspect(one, { depth: 9 })).not.toContain("S3CR3T");
    expect(JSON.stringify(one)).not.toContain("S3CR3T");
    expect(JSON.stringify(one)).toContain("401");
  });

  test("leave the given object unchanged, even if it is frozen", () => {
    const given = Object.freeze({ body: "x" });
    expect(new WsError("HANDSHAKE_REJECTED", "", { details: given }).details.body).toBe("x");
    expect(Object.keys(given)).toEqual(["body"]);
  });
});

describe("platformClass", () => {
  test("looks a class up at each call, and names a missing one", async () => {
    expect(platformClass("TextEncoder")).toBe(TextEncoder);
    vi.stubGlobal("TextEncoder", undefined);
    const error = await failure(() => platformClass("TextEncoder"));
    vi.unstubAllGlobals();
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain("TextEncoder");
    expect(platformClass("TextEncoder")).toBe(TextEncoder);
  });
});

describe("an error message", () => {
  test.each([
    ["C0", "\0\t\n\r\x1b\x1f", "%00%09%0A%0D%1B%1F"],
    ["DEL and C1", "\x7f\x80\x85\x9b\x9f", "%7F%C2%80%C2%85%C2%9B%C2%9F"],
    ["separators of lines and paragraphs", "\u2028\u2029", "%E2%80%A8%E2%80%A9"],
    [
      "bidirectional controls",
      "\u061c\u200e\u200f\u202a\u202e\u2066\u2069",
      "%D8%9C%E2%80%8E%E2%80%8F%E2%80%AA%E2%80%AE%E2%81%A6%E2%81%A9",
    ],
    [
      "no other characters",
      " ~\u00a0\u00e9\u200d\u2027\u202f\u2065\u206a\u65e5\ud83d\ude00\ud800",
      undefined,
    ],
  ])("escapes %s", (_, text, escaped = text) => {
    const error = new WsError("CLOSED_BY_PEER", `a${text}b`, { details: { reason: text } });
    expect(error.message).toBe(`a${escaped}b`);
    expect(error.stack).toContain(`a${escaped}b`);
    expect(error.details.reason).toBe(text);
  });
});

describe("a value in an error message", () => {
  test.each<[unknown, string, quoted?: string]>([
    ["", "a string of length 0", '""'],
    ["hunter2", "a string of length 7", '"hunter2"'],
    ["x".repeat(60), "a string of length 60", `"${"x".repeat(60)}"`],
    ["x".repeat(61), "a string of length 61", `"${"x".repeat(60)}..."`],
    [-1, "-1"],
    [10n, "10"],
    [null, "null"],
    [undefined, "undefined"],
    [["hunter2"], "an array"],
    [{ key: "hunter2" }, "an object"],
    [() => "hunter2", "a function"],
  ])("%o is described, and quoted only if it is not secret", (value, shown, quoted = shown) => {
    expect(show(value)).toBe(shown);
    expect(quote(value)).toBe(quoted);
    expect(invalid("x", "y", value).message).toBe(`x must be y, not ${shown}`);
  });
});

describe("WsError.is and errors.is", () => {
  test.each([
    ...[undefined, null, 0, "WsError", {}, [], () => {}, Symbol("x")],
    new Error("x"),
    Object.assign(new Error("x"), { name: "WsError", code: "CLOSED", kind: "UNAVAILABLE" }),
  ])("return false for %o", (value) => {
    expect(WsError.is(value)).toBe(false);
    for (const kind of KINDS.split(" ")) expect(errors.is(value, kind as ErrorKind)).toBe(false);
  });

  test("compare an error's kind", () => {
    const error = new WsError("READ_TIMEOUT", "x");
    expect(WsError.is(error)).toBe(true);
    for (const kind of KINDS.split(" ") as ErrorKind[]) {
      expect(errors.is(error, kind)).toBe(kind === "TIMEOUT");
    }
    expect(errors.is(new WsError("READ_TIMEOUT", "x", { kind: "CONFLICT" }), "CONFLICT")).toBe(
      true,
    );
  });

  test("know the errors of another copy of the package", async () => {
    vi.resetModules();
    const other = await import("../../src/errors/ws-error.js");
    expect(other.WsError).not.toBe(WsError);
    const [mine, theirs] = [new WsError("CLOSED", "x"), new other.WsError("CLOSED", "x")];
    expect(theirs).not.toBeInstanceOf(WsError);
    for (const copy of [{ WsError, errors }, other]) {
      for (const error of [mine, theirs]) {
        expect(copy.WsError.is(error)).toBe(true);
        expect(copy.errors.is(error, "UNAVAILABLE")).toBe(true);
      }
    }
  });

  test("know the errors of a subclass", () => {
    class Mine extends WsError {}
    expect(WsError.is(new Mine("CLOSED", "x"))).toBe(true);
  });
});

test("the kinds have their documented names as values", () => {
  expect({ ...errors }).toEqual({
    ...Object.fromEntries(KINDS.split(" ").map((kind) => [kind, kind])),
    is: expect.any(Function) as unknown,
  });
  expect(Object.isFrozen(errors)).toBe(true);
});
