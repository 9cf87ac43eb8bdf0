import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { errors, platformClass, WsError } from "../../src/errors.js";
import type { ErrorCode, ErrorKind } from "../../src/errors.js";
import { failure } from "../helpers/unit-failure.js";

/** Section 10 of the contract. Where the kind depends on the case, this is the code's own. */
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
  ABORTED: ["CANCELED", false],
  READ_TIMEOUT: ["TIMEOUT", true],
  WRITE_TIMEOUT: ["TIMEOUT", true],
  KEEPALIVE_TIMEOUT: ["TIMEOUT", true],
  PING_TIMEOUT: ["TIMEOUT", true],
  SEND_TIMEOUT: ["TIMEOUT", true],
  FLUSH_TIMEOUT: ["TIMEOUT", true],
  RECEIVE_TIMEOUT: ["TIMEOUT", true],
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
    "%s has the kind and retryable of the contract: %s",
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

  test("may say otherwise, and more", () => {
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
    ["one with the details of another", again],
  ])("are there in %s, and not in logs", (_, { details: { headers, body, ...shown }, ...all }) => {
    expect({ headers, body }).toEqual({ headers: details.headers, body: details.body });
    expect(shown).toEqual({ status: 401, retryAfter: 5 });
    expect(all).not.toHaveProperty("body");
  });

  test.each([error, again])("are shown by neither util.inspect nor JSON.stringify", (one) => {
    expect(inspect(one, { depth: 9 })).not.toContain("S3CR3T");
    expect(JSON.stringify(one)).not.toContain("S3CR3T");
    expect(JSON.stringify(one)).toContain("401");
  });

  test("leaves what was given as it was, be it frozen", () => {
    const given = Object.freeze({ body: "x" });
    expect(new WsError("HANDSHAKE_REJECTED", "", { details: given }).details.body).toBe("x");
    expect(Object.keys(given)).toEqual(["body"]);
  });
});

describe("platformClass", () => {
  test("finds a class when it is asked for, and names one that is missing", async () => {
    expect(platformClass("TextEncoder")).toBe(TextEncoder);
    vi.stubGlobal("TextEncoder", undefined);
    const error = await failure(() => platformClass("TextEncoder"));
    vi.unstubAllGlobals();
    expect(error.code).toBe("UNSUPPORTED");
    expect(error.message).toContain("TextEncoder");
    expect(platformClass("TextEncoder")).toBe(TextEncoder);
  });
});

describe("WsError.is and errors.is", () => {
  test.each([
    ...[undefined, null, 0, "WsError", {}, [], () => {}, Symbol("x")],
    new Error("x"),
    Object.assign(new Error("x"), { name: "WsError", code: "CLOSED", kind: "UNAVAILABLE" }),
  ])("say no to %o", (value) => {
    expect(WsError.is(value)).toBe(false);
    for (const kind of KINDS.split(" ")) expect(errors.is(value, kind as ErrorKind)).toBe(false);
  });

  test("tell an error's kind", () => {
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
    const other = await import("../../src/errors.js");
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

test("the kinds are the contract's, each of its own name", () => {
  expect({ ...errors }).toEqual({
    ...Object.fromEntries(KINDS.split(" ").map((kind) => [kind, kind])),
    is: expect.any(Function) as unknown,
  });
  expect(Object.isFrozen(errors)).toBe(true);
});
