// @vitest-environment jsdom
// React 18 throws inside of DOM events, whose errors happy-dom reports in another way.
import { createElement as h } from "react";
import { expect, test } from "vitest";
import { checkLeaks } from "../helpers/leaks.js";
import { Boundary } from "./boundary.js";
import { checkReactErrors, connectionOf, mount, URL } from "./support.js";

checkLeaks();
const errors = checkReactErrors();

test.each([
  ["option", URL, { dialTimeout: "10 parsecs" }, "INVALID_OPTION"],
  ["URL", "nonsense:", {}, "INVALID_URL"],
] as const)("an invalid %s throws in an effect, so that a boundary can show it", (...row) => {
  const [, url, options, code] = row;
  const tree = mount(h(Boundary, null, h(connectionOf(url, options))));
  expect(tree.text).toBe(code);
  // React prints the error, too.
  errors.printed.length = 0;
});
