/**
 * Compiles a pattern in which `*` matches any run of characters; `decode` decodes the pieces between
 * them. The test is linear in the text: it searches once for each piece, after the one before it.
 */
export function compileGlob(
  pattern: string,
  decode: (piece: string) => string,
): (text: string) => boolean {
  // Split before decoding: an escaped "*" is an ordinary character.
  const pieces = pattern.split("*").map(decode);
  return (text) => {
    let end = 0;
    const isFound = (piece: string, index: number): boolean => {
      const from = end;
      const start =
        index > 0 && index === pieces.length - 1
          ? text.lastIndexOf(piece)
          : text.indexOf(piece, from);
      end = start + piece.length;
      return index ? start >= from : !start;
    };
    return pieces.every(isFound) && end === text.length;
  };
}
