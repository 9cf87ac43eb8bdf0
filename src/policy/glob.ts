/**
 * Compiles a pattern, in which `*` matches any number of characters, to a function that tests a text. Its
 * running time is linear in the text: each piece between two `*` is searched for once, after the previous
 * piece.
 *
 * @param decode Decodes a piece of the pattern.
 */
export function compileGlob(
  pattern: string,
  decode: (piece: string) => string,
): (text: string) => boolean {
  // Splits before decoding, because an escaped "*" is an ordinary character.
  const pieces = pattern.split("*").map(decode);
  return (text) => {
    let end = 0;
    const isFound = (piece: string, index: number): boolean => {
      const from = end;
      const isLast = index === pieces.length - 1;
      const start = isLast ? text.lastIndexOf(piece) : text.indexOf(piece, from);
      end = start + piece.length;
      return index ? start >= from : !start;
    };
    return pieces.every(isFound) && end === text.length;
  };
}
