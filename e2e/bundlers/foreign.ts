/** What stands in the source of `ws`, of Node's programs, or of a script that loads another by name. */
const FOREIGN = [
  /WS_ERR_\w+|258EAFA5-E914-47DA-95CA-C5AB0DC85B11/g,
  /["'`]node:[\w/]+["'`]/g,
  /\b(?:Buffer|process)\.\w+|\b__(?:dirname|filename)\b/g,
  /\brequire\s*\(|\bimport\s*["'({*]|\bfrom\s*["']/g,
];

/** All in a browser's script that is not a browser's. */
export function findForeign(code: string): string[] {
  return FOREIGN.flatMap((pattern) => [...code.matchAll(pattern)].map(([found]) => found));
}
