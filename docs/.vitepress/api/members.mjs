// @ts-check
import { ReflectionFlag, ReflectionKind } from "typedoc";

/**
 * Shows a getter without a setter as a read-only property: users read both in the same way.
 * @param {import("typedoc").ProjectReflection} project
 */
export function simplifyGetters(project) {
  for (const accessor of project.getReflectionsByKind(ReflectionKind.Accessor)) {
    if (!accessor.isDeclaration() || !accessor.getSignature || accessor.setSignature) continue;
    const { type, comment } = accessor.getSignature;
    project.removeReflection(accessor.getSignature);
    accessor.kind = ReflectionKind.Property;
    if (type) accessor.type = type;
    if (comment) accessor.comment = comment;
    accessor.flags.setFlag(ReflectionFlag.Readonly, true);
  }
}

/**
 * Removes the notes "Inherited from" and "Overrides". The members themselves stay in each class that has them.
 * @param {import("typedoc").ProjectReflection} project
 */
export function dropInheritance(project) {
  for (const reflection of Object.values(project.reflections)) {
    if (!reflection.isDeclaration() && !reflection.isSignature()) continue;
    delete reflection.inheritedFrom;
    delete reflection.overwrites;
    delete reflection.implementationOf;
  }
}
