// @ts-check
// A plugin for TypeDoc that makes the pages in docs/api. See docs/typedoc.json.
import { Converter, UnknownType } from "typedoc";
import { MarkdownPageEvent } from "typedoc-plugin-markdown";
import { convertCallablesAsFunctions, dropSignaturesOfTypes } from "./callables.mjs";
import { demoteHeadings } from "./headings.mjs";
import { ApiRouter } from "./router.mjs";
import { dropInheritance, simplifyGetters } from "./members.mjs";

/** @param {import("typedoc-plugin-markdown").MarkdownApplication} app */
export function load(app) {
  convertCallablesAsFunctions();
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    nameModules(project);
    simplifyDefault(project);
    dropSignaturesOfTypes(project);
    simplifyGetters(project);
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => dropInheritance(project));
  app.renderer.defineRouter("api", ApiRouter);
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = demoteHeadings(page.contents ?? "");
  });
}

/**
 * Names each module as users import it: `wschan/reconnect` instead of `reconnect/node`.
 * @param {import("typedoc").ProjectReflection} project
 */
function nameModules(project) {
  for (const entry of project.children ?? []) {
    entry.name = `wschan/${entry.name}`.replace(/\/node$/, "");
  }
}

/**
 * Describes the default export by its meaning. Its declared type names a module of the source that users cannot import.
 * @param {import("typedoc").ProjectReflection} project
 */
function simplifyDefault(project) {
  const all = project.getChildByName(["wschan", "default"]);
  if (all?.isDeclaration()) all.type = new UnknownType('typeof import("wschan")');
}
