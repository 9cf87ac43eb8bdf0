import { describe, expect, test, vi } from "vitest";
import { authorize } from "../../../src/policy/authorize.js";
import type { Policy, PolicyRequest } from "../../../src/policy/policy.js";
import { allow, authorizeConnect, CONNECT, CONNECT_URL, deny } from "./support.js";
import { failure } from "../../helpers/failure.js";

describe("authorize", () => {
  test("asks about websocket.connect, then about the URL", async () => {
    const requests: PolicyRequest[] = [];
    const actor = { id: 7 };
    const meta = { tenant: "a" };
    const recording: Policy = (request) => requests.push(request) > 0;
    await authorizeConnect([recording], { actor, meta }, new URL("wss://me:pw@h.test:443/p?tok"));
    expect(requests).toEqual([
      { action: CONNECT, resource: "", actor, meta },
      {
        action: CONNECT_URL,
        resource: "wss://h.test/p?tok",
        url: new URL("wss://h.test/p?tok"),
        actor,
        meta,
      },
    ]);
    expect(requests[0]).not.toHaveProperty("url");
    expect(requests[1]?.actor).toBe(actor);
  });

  test("asks all policies about one action before the next, in order", async () => {
    const asked: string[] = [];
    const named =
      (name: string): Policy =>
      async ({ action }) => {
        await Promise.resolve();
        asked.push(`${name} ${action}`);
        return true;
      };
    await authorizeConnect([named("a"), named("b")], {}, new URL("ws://h/"));
    expect(asked).toEqual([`a ${CONNECT}`, `b ${CONNECT}`, `a ${CONNECT_URL}`, `b ${CONNECT_URL}`]);
  });

  test("asks only about the URL of a redirect", async () => {
    const policy = vi.fn(allow);
    await authorize([policy], {}, new URL("ws://h/"));
    expect(policy.mock.calls.map(([request]) => request.action)).toEqual([CONNECT_URL]);
  });

  test("asks no policy after the first refusal", async () => {
    const last = vi.fn(allow);
    await failure(authorizeConnect([allow, deny, last], {}, new URL("ws://h/")));
    expect(last).not.toHaveBeenCalled();
  });

  test("leaves absent fields out of the requests", async () => {
    const policy = vi.fn(allow);
    await authorizeConnect([policy], { actor: undefined, meta: undefined }, new URL("ws://h/"));
    expect(policy.mock.calls.map(([request]) => Object.keys(request))).toEqual([
      ["action", "resource"],
      ["action", "resource", "url"],
    ]);
  });

  test("passes a falsy actor to the policies", async () => {
    const policy = vi.fn(allow);
    await authorize([policy], { actor: 0 }, new URL("ws://h/"));
    expect(policy.mock.calls[0]?.[0].actor).toBe(0);
  });

  test("gives each policy a frozen request and its own URL", async () => {
    const url = new URL("ws://h/");
    const seen: PolicyRequest[] = [];
    const mutating: Policy = (request) => {
      seen.push(request);
      if (request.url) request.url.hostname = "evil.test";
      return Object.isFrozen(request);
    };
    await authorizeConnect([mutating, mutating], {}, url);
    expect(new Set(seen).size).toBe(4);
    expect(new Set(seen.map((request) => request.url)).size).toBe(3);
    expect(seen[3]?.resource).toBe("ws://h/");
    expect(url.href).toBe("ws://h/");
  });

  test("allows everything without a policy", async () => {
    await authorizeConnect([], {}, new URL("ws://h/"));
  });

  test("rejects a connection with CONNECT_FORBIDDEN, without a secret", async () => {
    const error = await failure(
      authorizeConnect([allow, deny], {}, new URL("wss://me:pw@h/p?tok")),
    );
    expect(error).toMatchObject({
      code: "CONNECT_FORBIDDEN",
      kind: "PERMISSION_DENIED",
      retryable: false,
    });
    expect(error.message).toMatch(/^dial wss:\/\/h\/p\?\.\.\.: /);
    expect(error).not.toHaveProperty("cause");
  });

  test("rejects a URL with URL_FORBIDDEN, without a secret", async () => {
    const policy: Policy = ({ action }) => action === CONNECT;
    const url = new URL("wss://me:pw@h/p?tok");
    for (const promise of [authorizeConnect([policy], {}, url), authorize([policy], {}, url)]) {
      const error = await failure(promise);
      expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
      expect(error.message).toMatch(/^dial wss:\/\/h\/p\?\.\.\.: /);
    }
  });

  test.each([undefined, null, 1, "true", {}, [], Object(true), Promise.resolve(1), () => true])(
    "allows only if the answer is true, not %o",
    async (answer: unknown) => {
      const policy = (() => answer) as Policy;
      const error = await failure(authorizeConnect([policy], {}, new URL("ws://h/")));
      expect(error.code).toBe("CONNECT_FORBIDDEN");
    },
  );

  test.each<[string, (cause: unknown) => Policy]>([
    [
      "throws",
      (cause) => () => {
        throw cause;
      },
    ],
    [
      "rejects",
      (cause) => async () => {
        await Promise.resolve();
        throw cause;
      },
    ],
  ])("rejects if a policy %s, with the cause", async (_, fail) => {
    for (const cause of [new Error("down"), "down", undefined]) {
      const error = await failure(authorizeConnect([fail(cause)], {}, new URL("ws://h/")));
      expect(error.code).toBe("CONNECT_FORBIDDEN");
      expect(error.cause).toBe(cause);
    }
  });
});
