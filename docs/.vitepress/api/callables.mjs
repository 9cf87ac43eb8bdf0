// @ts-check
import { Comment, Context, ReflectionKind } from "typedoc";

/**
 * Makes TypeDoc show a constant with call signatures, such as `connect`, as a function. TypeDoc does this for constants
 * with the tag `@function`, so this adds the tag to their comments. No event of TypeDoc comes before that decision.
 */
export function convertCallablesAsFunctions() {
  const { getComment } = Context.prototype;
  /** @type {(this: Context, ...args: Parameters<typeof getComment>) => ReturnType<typeof getComment>} */
  const getTaggedComment = function (symbol, kind) {
    const comment = getComment.call(this, symbol, kind);
    if (kind !== ReflectionKind.Variable) return comment;
    if (this.checker.getTypeOfSymbol(symbol).getCallSignatures().length === 0) return comment;
    const tagged = comment ?? new Comment();
    tagged.modifierTags.add("@function");
    return tagged;
  };
  Context.prototype.getComment = getTaggedComment;
}

/**
 * Removes the call signatures of interfaces, such as `Connect`, because the functions show them with their parameters.
 * @param {import("typedoc").ProjectReflection} project
 */
export function dropSignaturesOfTypes(project) {
  for (const declaration of project.getReflectionsByKind(ReflectionKind.Interface)) {
    if (!declaration.isDeclaration()) continue;
    for (const signature of [...(declaration.signatures ?? [])])
      project.removeReflection(signature);
  }
}
