import { describe, expect, test } from "vitest";
import * as browser from "../../src/browser.js";
import * as node from "../../src/node.js";
import { failure } from "../helpers/unit-failure.js";

const URL_A = "ws://a.test/";
const headers = { "X-A": "1" };

describe("the browser's entry", () => {
  test("has the names of Node's, all of them under one as well", () => {
    expect(Object.keys(browser).sort()).toEqual(Object.keys(node).sort());
    const { default: websocket, ...named } = browser;
    expect({ ...websocket }).toEqual(named);
    expect(Object.isFrozen(websocket)).toBe(true);
  });

  test.each([
    ["connect", () => browser.connect(URL_A, { headers })],
    ["createContext", () => browser.createContext({ defaults: { headers } })],
    ["a context's connect", () => browser.createContext().connect(URL_A, { headers })],
  ])("does by %s what a browser can", async (_, attempt) => {
    expect((await failure(attempt)).code).toBe("UNSUPPORTED");
  });
});
