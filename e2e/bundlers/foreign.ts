/** Matches code of `ws`, code that needs Node, and code that loads any package except fflate. */
const FOREIGN = [
  /WS_ERR_\w+|258EAFA5-E914-47DA-95CA-C5AB0DC85B11/g,
  /["'`]node:[\w/]+["'`]/g,
  /\b(?:Buffer|process)\.\w+|\b__(?:dirname|filename)\b/g,
  /\b(?:require|import)\s*\((?!["'](?:\.|fflate["']))/g,
  /\b(?:import|from)\s*["'](?!\.|fflate["'])/g,
];

/** Returns the parts of a script that do not run in browsers. */
export function findForeign(code: string): string[] {
  return FOREIGN.flatMap((pattern) => [...code.matchAll(pattern)].map(([found]) => found));
}
