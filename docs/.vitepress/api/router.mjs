// @ts-check
import { ReflectionKind } from "typedoc";
import { ModuleRouter } from "typedoc-plugin-markdown";

/** Reflections that readers do not see as a thing with a name of its own. */
const UNNAMED =
  ReflectionKind.SomeModule | ReflectionKind.SomeSignature | ReflectionKind.TypeLiteral;

/** One page per module, `codec.md`, with an anchor per member that contains the name of its type: `#client-send`. */
export class ApiRouter extends ModuleRouter {
  /**
   * @param {import("typedoc").ProjectReflection} project
   * @override
   */
  buildPages(project) {
    const pages = super.buildPages(project);
    this.#nameAnchors();
    return pages;
  }

  /**
   * Returns `codec` for `wschan/codec`. Otherwise the page would get the name `codec-1`, because the path
   * `wschan/codec` is also that of the type `Codec` of `wschan`, although this has no page.
   * @param {import("typedoc").Reflection} reflection
   * @override
   */
  getReflectionAlias(reflection) {
    const { name } = reflection;
    return reflection.kindOf(ReflectionKind.Module)
      ? name.replace(/^wschan\//, "")
      : super.getReflectionAlias(reflection);
  }

  #nameAnchors() {
    /** @type {Map<string, import("typedoc").RouterTarget>} */
    const owners = new Map();
    for (const target of this.anchors.keys()) {
      const page = this.getFullUrl(target).replace(/#.*/, "");
      const owner = ownerOf(/** @type {import("typedoc").Reflection} */ (target));
      const path = namesOf(owner).join("-").toLowerCase();
      const isFree = (/** @type {string} */ anchor) =>
        (owners.get(`${page}#${anchor}`) ?? owner) === owner;
      let anchor = path;
      // A function and its type often differ only in the case of the first letter.
      if (!isFree(anchor)) anchor = `${path}-type`;
      // The type parameters of overloads have the same name.
      for (let number = 2; !isFree(anchor); number++) anchor = `${path}-${number}`;
      owners.set(`${page}#${anchor}`, owner);
      this.anchors.set(target, anchor);
      this.fullUrls.set(target, `${page}#${anchor}`);
    }
  }
}

/**
 * Returns the reflection itself, or the nearest one around it that has a name.
 * @param {import("typedoc").Reflection} reflection
 * @returns {import("typedoc").Reflection}
 */
function ownerOf(reflection) {
  return reflection.parent && reflection.kindOf(UNNAMED) ? ownerOf(reflection.parent) : reflection;
}

/**
 * Returns the names of a reflection and the reflections around it, without characters that are special in a URL.
 * @param {import("typedoc").Reflection} reflection
 * @returns {string[]}
 */
function namesOf(reflection) {
  const outer = reflection.parent ? namesOf(reflection.parent) : [];
  if (reflection.kindOf(UNNAMED) || reflection.isProject()) return outer;
  return [...outer, reflection.name.replace(/\W+/g, "-").replace(/^-|-$/g, "")];
}
