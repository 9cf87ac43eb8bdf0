/** The classes that stand in for the global `WebSocket`, the newest last. */
const stubs: object[] = [];
let original: PropertyDescriptor | undefined;

/** Puts a class into `globalThis.WebSocket`. Returns a function that removes it, in any order with others. */
export function stubGlobal(Class: object): () => void {
  if (stubs.length === 0) original = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  stubs.push(Class);
  install(Class);
  return () => {
    stubs.splice(stubs.indexOf(Class), 1);
    const last = stubs.at(-1);
    if (last) install(last);
    else if (original) Object.defineProperty(globalThis, "WebSocket", original);
    else Reflect.deleteProperty(globalThis, "WebSocket");
  };
}

function install(value: object): void {
  const descriptor = { value, configurable: true, writable: true };
  Object.defineProperty(globalThis, "WebSocket", descriptor);
}
