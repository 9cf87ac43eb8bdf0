/** Functions that decide what a new connection is, and on whose behalf it is opened. */
const OPENERS = /^(url|headers|protocols|policy|onConnect)$/;
/** A class, which a function that forwards calls cannot replace. */
const CLASS = "webSocket";

type Properties = Readonly<Record<string, unknown>>;
type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/**
 * True if two arguments of `useReconnecting` are equal. Object literals and arrays are compared by value, other objects
 * by identity, and functions not at all.
 *
 * @param isOther True to find out if another component may take over a connection. The functions that open it must be
 * identical then, because it could be the session of another user.
 */
export function isEqual(a: unknown, b: unknown, isOther = false, name = ""): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "function" && typeof b === "function") {
    return name !== CLASS && !(isOther && OPENERS.test(name));
  }
  // A property that is missing equals one that is `undefined`.
  return (
    isData(a) &&
    isData(b) &&
    Object.keys({ ...a, ...b }).every((key) => isEqual(a[key], b[key], isOther, key))
  );
}

/** True for an object literal or an array. */
function isData(value: unknown): value is Properties {
  return [Object, Array].includes(value?.constructor as never);
}

/**
 * Copies the property `name` of an object. Each function in the copy calls the one that is in its place at the time of
 * the call, in the object that `latest` returns then.
 */
export function forward(latest: () => Properties, name: string): unknown {
  const value = latest()[name];
  if (typeof value === "function" && name !== CLASS) {
    return (...args: unknown[]) => (latest() as Methods)[name]?.(...args);
  }
  if (value?.constructor !== Object) return value;
  const nested = (): Properties => latest()[name] as Properties;
  return Object.fromEntries(Object.keys(value).map((key) => [key, forward(nested, key)]));
}
