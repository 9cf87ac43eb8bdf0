import { describe, expect, test } from "vitest";
import * as browser from "../../src/browser.js";
import * as node from "../../src/node.js";
import { failure } from "../helpers/failure.js";

const URL_A = "ws://a.test/";
const headers = { "X-A": "1" };

describe("the browser's entry", () => {
  test("exports the names of Node's entry, also as one object", () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
    const { default: websocket, ...named } = browser;
    expect({ ...websocket }).toEqual(named);
    expect(Object.isFrozen(websocket)).toBe(true);
  });

  test.each([
    ["connect", () => browser.connect(URL_A, { headers })],
    ["createContext", () => browser.createContext({ defaults: { headers } })],
    ["a context's connect", () => browser.createContext().connect(URL_A, { headers })],
  ])("rejects by %s an option that a browser does not support", async (_, attempt) => {
    expect((await failure(attempt)).code).toBe("UNSUPPORTED");
  });
});
