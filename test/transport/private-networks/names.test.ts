import { describe, expect, test } from "vitest";
import { startEchoServer } from "../../helpers/echo-server.js";
import { failure } from "../../helpers/failure.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { PRIVATE_ANSWERS } from "../../helpers/private-networks.js";
import { lookupSpy } from "../support.js";
import type { LookupDone } from "../support.js";
import { denying, expectForbidden, expectUntouched } from "./support.js";

checkLeaks();

describe("a name", () => {
  test.each(PRIVATE_ANSWERS)("that resolves to %j is refused", async (addresses, first) => {
    await using server = await startEchoServer();
    for (const scheme of ["ws", "wss"]) {
      const { names, lookup } = lookupSpy(() => addresses);
      const url = `${scheme}://rebind.test:${server.port}/`;
      const dial = denying("10.9.0.0/16").connect(url, { node: { lookup } });
      expectForbidden(await failure(dial), url, first);
      expect(names).toEqual(["rebind.test"]);
    }
    await expectUntouched(server);
  });

  test("is looked up by Node if node.lookup is not given", async () => {
    await using server = await startEchoServer();
    const client = await denying("127.0.0.0/8", "::1").connect(`ws://localhost:${server.port}/`);
    await client.close();
  });

  /** An allowed address on which no server listens. */
  const ALLOWED = "127.0.0.2";
  const changing = (): object => {
    const answers = [ALLOWED];
    return { toString: () => answers.pop() ?? "127.0.0.1" };
  };

  type Row = readonly [string, (done: LookupDone) => void, code: string];
  test.each<Row>([
    ["one address instead of a list", (done) => done(null, "127.0.0.1", 4), "URL_FORBIDDEN"],
    ["a list of strings", (done) => done(null, ["127.0.0.1"], 4), "URL_FORBIDDEN"],
    [
      "a wrong family",
      (done) => done(null, [{ address: "127.0.0.1", family: 6 }]),
      "URL_FORBIDDEN",
    ],
    [
      "an allowed address, and then a denied one",
      (done) => {
        done(null, [{ address: ALLOWED, family: 4 }]);
        done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
      "DIAL_FAILED",
    ],
    [
      "an address whose string differs on the second read",
      (done) => done(null, [{ address: changing(), family: 4 }]),
      "DIAL_FAILED",
    ],
    [
      "one address, not in a list, whose string differs on the second read",
      (done) => done(null, changing(), 4),
      "DIAL_FAILED",
    ],
    [
      "a list whose address differs on the second read",
      (done) => {
        const answers = [ALLOWED];
        done(null, [
          {
            get address() {
              return answers.pop() ?? "127.0.0.1";
            },
            family: 4,
          },
        ]);
      },
      "DIAL_FAILED",
    ],
    ["a host name", (done) => done(null, [{ address: "localhost", family: 4 }]), "DIAL_FAILED"],
    [
      "a word that is not an address",
      (done) => done(null, [{ address: "private", family: 4 }]),
      "DIAL_FAILED",
    ],
    ["an empty list", (done) => done(null, []), "DIAL_FAILED"],
    ["undefined", (done) => done(null), "DIAL_FAILED"],
    ["a list of null and undefined", (done) => done(null, [null, undefined]), "DIAL_FAILED"],
    ["an error", (done) => done(new Error("broken")), "DIAL_FAILED"],
  ])("is refused if the look-up answers with %s", async (_, answer, code) => {
    await using server = await startEchoServer();
    for (const family of [0, 4] as const) {
      for (const run of [(call: () => void) => call(), setImmediate]) {
        const lookup = (_name: string, _options: object, done: LookupDone): void => {
          run(() => answer(done));
        };
        const dial = denying(ALLOWED).connect(`ws://rebind.test:${server.port}/`, {
          node: { lookup, family },
        });
        expect([family, (await failure(dial)).code]).toEqual([family, code]);
      }
    }
    await expectUntouched(server);
  });

  test("fails with DIAL_FAILED if the look-up throws", async () => {
    const lookup = (): void => {
      throw new Error("broken");
    };
    const error = await failure(denying().connect("ws://rebind.test/", { node: { lookup } }));
    expect(error).toMatchObject({ code: "DIAL_FAILED", cause: { message: "broken" } });
  });

  test("is looked up in the family of node.family", async () => {
    const families: unknown[] = [];
    const lookup = (_name: string, { family }: { family: number }, done: LookupDone): void => {
      families.push(family);
      done(new Error("enough"));
    };
    for (const family of [4, 6] as const) {
      await failure(denying().connect("ws://a.test/", { node: { lookup, family } }));
    }
    expect(families).toEqual([4, 6]);
  });

  test("is looked up once per dial, and checked each time", async () => {
    await using server = await startEchoServer();
    const { names, lookup } = lookupSpy(
      (callIndex) => [["127.0.0.1"], ["127.0.0.9"]][callIndex] ?? [],
    );
    const context = denying("127.0.0.1");
    const url = `ws://rebind.test:${server.port}/`;
    const client = await context.connect(url, { node: { lookup } });
    expectForbidden(await failure(context.connect(url, { node: { lookup } })), url, "127.0.0.9");
    expect(names).toEqual(["rebind.test", "rebind.test"]);
    await client.close();
  });
});
