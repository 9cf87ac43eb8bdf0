import { describe, expect, test } from "vitest";
import { decodeCode, encodeCode } from "../../docs/.vitepress/theme/playground/link.js";
import {
  findSyntaxError,
  parseSnippet,
} from "../../docs/.vitepress/theme/playground/parse-snippet.js";

const URLS = { wschan: "https://site.example/wschan.js", "wschan/hub": "/hub.js" };

describe("the parser of snippets", () => {
  test("moves imports to one line, and keeps the lines and columns of the rest", () => {
    const code = `import {
  connect, // a comment with "quotes"
  select as first,
} from "wschan";
import "wschan/hub"; connect();
`;
    const { imports, body } = parseSnippet(code, URLS);
    expect(imports.replace(/\s/g, "")).toBe(
      `import{connect,selectasfirst,}from"${URLS.wschan}";;import"/hub.js";;`,
    );
    expect(body.split("\n").map((line) => line.trim())).toEqual(["", "", "", "", "connect();", ""]);
    expect(body.indexOf("connect")).toBe(code.lastIndexOf("connect"));
  });

  test("replaces the name in a dynamic import, and no other text", () => {
    const code = 'const text = "wschan"; // import "wschan"\nawait import("wschan");';
    expect(parseSnippet(code, URLS)).toEqual({
      imports: "",
      body: `const text = "wschan"; // import "wschan"\nawait import("${URLS.wschan}");`,
    });
  });

  test.each([
    ['\nimport fs from "node:fs";', /^Line 2 imports "node:fs"\. A snippet can import "wschan"/],
    ['await import("toString");', /^Line 1 imports "toString"/],
    ["export {};", /^Line 1: a snippet cannot export/],
  ])("rejects %j", (code, message) => {
    expect(() => parseSnippet(code, URLS)).toThrow(message);
  });

  test("finds the line of a syntax error", () => {
    expect(findSyntaxError("const a = 1;\nconst = 2;")).toBe(2);
    expect(findSyntaxError("const a = 1;")).toBeUndefined();
  });
});

describe("links", () => {
  test.each(["", "plain", "Grüße, 世界 🎉", "a?b>c~".repeat(50)])("keep the code %j", (code) => {
    const fragment = encodeCode(code);
    expect(fragment).toMatch(/^#code=[\w-]*$/);
    expect(decodeCode(fragment)).toBe(code);
  });

  test.each(["", "#section", "#code=%%%", "#code=_w"])("%j holds no code", (fragment) => {
    expect(decodeCode(fragment)).toBeUndefined();
  });
});
