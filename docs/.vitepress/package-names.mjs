// A plugin for TypeDoc: names each module as users import it, `wschan/reconnect` instead of `reconnect/node`.
import { Converter } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const entry of context.project.children ?? []) {
      entry.name = `wschan/${entry.name}`.replace(/\/node$/, "");
    }
  });
}
