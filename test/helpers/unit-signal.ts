/** An abort controller that counts the listeners of its signal. */
export class CountingController extends AbortController {
  /** Number of listeners at present. */
  listeners = 0;
  /** Number of listeners added so far. */
  added = 0;

  constructor() {
    super();
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    const known = new Set<unknown>();
    signal.addEventListener = (type: string, listener: never, options?: never): void => {
      if (type === "abort" && !known.has(listener)) {
        known.add(listener);
        this.listeners++;
        this.added++;
      }
      add(type, listener, options);
    };
    signal.removeEventListener = (type: string, listener: never, options?: never): void => {
      if (type === "abort" && known.delete(listener)) this.listeners--;
      remove(type, listener, options);
    };
  }
}
