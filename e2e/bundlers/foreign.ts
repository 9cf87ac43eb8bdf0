/** Texts of the source of `ws`, of Node's programs, and of a script that loads a package other than fflate. */
const FOREIGN = [
  /WS_ERR_\w+|258EAFA5-E914-47DA-95CA-C5AB0DC85B11/g,
  /["'`]node:[\w/]+["'`]/g,
  /\b(?:Buffer|process)\.\w+|\b__(?:dirname|filename)\b/g,
  /\b(?:require|import)\s*\((?!["'](?:\.|fflate["']))/g,
  /\b(?:import|from)\s*["'](?!\.|fflate["'])/g,
];

/** Returns the texts in a script for browsers that do not belong there. */
export function findForeign(code: string): string[] {
  return FOREIGN.flatMap((pattern) => [...code.matchAll(pattern)].map(([found]) => found));
}
