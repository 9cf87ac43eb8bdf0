/** The depth to which objects are shown, and the number of their members. */
const MAX_DEPTH = 3;
const MAX_MEMBERS = 30;

/** Returns a value as a console shows it. A string on its own has no quotes. */
export function inspect(value: unknown): string {
  return typeof value === "string" ? value : show(value, 0, []);
}

function show(value: unknown, depth: number, parents: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[function ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return showError(value);
  if (value instanceof Promise) return "Promise {}";
  if (parents.includes(value)) return "[circular]";
  // An object without a prototype has no constructor.
  const name = (value as { constructor?: { name: string } }).constructor?.name ?? "Object";
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? "[…]" : `[${name}]`;
  const inner = (one: unknown): string => show(one, depth + 1, [...parents, value]);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = Array.from(value as Uint8Array, String);
    return `${name}(${items.length}) [${limit(items).join(", ")}]`;
  }
  if (Array.isArray(value)) return `[${limit(value.map(inner)).join(", ")}]`;
  if (value instanceof Set) return `Set {${limit([...value].map(inner)).join(", ")}}`;
  const members =
    value instanceof Map
      ? [...value].map(([key, one]) => `${inner(key)} => ${inner(one)}`)
      : Object.entries(value).map(([key, one]) => `${key}: ${inner(one)}`);
  const prefix = name === "Object" ? "" : `${name} `;
  return members.length === 0 ? `${prefix}{}` : `${prefix}{ ${limit(members).join(", ")} }`;
}

/** Returns the name and the message of an error, and its code if it has one. */
export function showError(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}: ${error.message}`;
}

function limit(items: readonly string[]): readonly string[] {
  const rest = items.length - MAX_MEMBERS;
  return rest > 0 ? [...items.slice(0, MAX_MEMBERS), `… ${rest} more`] : items;
}
