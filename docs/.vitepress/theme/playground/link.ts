/** The start of a fragment that holds the code of a snippet. */
const PREFIX = "#code=";

/** Returns a fragment that holds the code, in base64url of its UTF-8 bytes. */
export function encodeCode(code: string): string {
  const bytes = Array.from(new TextEncoder().encode(code), (byte) => String.fromCharCode(byte));
  const base64 = btoa(bytes.join(""));
  return PREFIX + base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns the code that a fragment holds; `undefined` if it holds none, or is damaged. */
export function decodeCode(fragment: string): string | undefined {
  if (!fragment.startsWith(PREFIX)) return undefined;
  const base64 = fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
