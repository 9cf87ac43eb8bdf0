import { expect, onTestFinished, test } from "vitest";
import { ms } from "../../helpers/time.js";
import { ask, urlOf } from "./script.js";
import type { Report, Script, ScriptServer } from "./script.js";

/**
 * The tests that a class does not pass, by group and name. Those that are listed as "fails" have to fail, so that the
 * list stays true; "unsteady" ones are skipped.
 */
export type Deviations = Readonly<Record<string, Readonly<Record<string, "fails" | "unsteady">>>>;

/** A class that the suite tests. */
export interface Implementation {
  readonly name: string;
  readonly WebSocket: typeof globalThis.WebSocket;
  readonly deviations: Deviations;
  readonly startServer: () => Promise<ScriptServer>;
  /** The names of the groups to run. Default: all. */
  readonly groups?: readonly string[];
}

/** A connection to the script server, with the events of its socket. */
export interface Session {
  readonly socket: WebSocket;
  readonly url: string;
  /** The events so far, in their order. */
  readonly events: Event[];
  /** Resolves with the `open` event. Rejects if the connection ends without one. */
  readonly opened: Promise<Event>;
  readonly closed: Promise<CloseEvent>;
  /** Resolves with the `data` of the first `count` messages. */
  readonly messages: (count: number) => Promise<unknown[]>;
  /** Resolves with the request and the frames that the server has received so far. */
  readonly report: (when: `messages-${number}` | "close" | "end") => Promise<Report>;
  /** True if the server has received the request. */
  readonly seen: () => Promise<boolean>;
  /** Ends the script's step `until: "released"`. */
  readonly release: () => Promise<void>;
}

/** The types of the events of a socket. */
export const TYPES = ["open", "message", "error", "close"] as const;

/** Reads a handler by the type of its event. */
export function handlerOf(socket: WebSocket, type: string): unknown {
  return Reflect.get(socket, `on${type}`);
}

/** Sets a handler by the type of its event. */
export function setHandler(socket: WebSocket, type: string, handler: unknown): void {
  (socket as unknown as Record<string, unknown>)[`on${type}`] = handler;
}

/** The fixtures of a test. */
export interface Kit {
  readonly WebSocket: typeof globalThis.WebSocket;
  /** Defines a test. */
  readonly check: (behaviour: string, run: () => unknown) => void;
  /** The URL of a server that accepts every connection and echoes. Ends with a `/`. */
  readonly server: () => string;
  /** Creates a socket, whose connection ends with the test. */
  readonly create: (...args: ConstructorParameters<typeof globalThis.WebSocket>) => WebSocket;
  /** Creates a socket to the script server. `prepare` gets it in the same turn, before any event. */
  readonly start: (
    script?: Script,
    protocols?: string | string[],
    prepare?: (socket: WebSocket) => void,
  ) => Session;
  /** Calls `start` and waits until the connection is open. */
  readonly open: (
    script?: Script,
    protocols?: string | string[],
    prepare?: (socket: WebSocket) => void,
  ) => Promise<Session>;
  /** Creates a socket that gets open, two messages, error and close, and waits for them. */
  readonly play: (prepare?: (socket: WebSocket) => void) => Promise<Session>;
}

/** Defines the tests of a group. */
export type Group = (kit: Kit) => void;

/** Returns the kit for the tests of a group. */
export function kitFor(
  { WebSocket, deviations }: Implementation,
  group: string,
  server: () => string,
): Kit {
  const listed = deviations[group] ?? {};
  const create: Kit["create"] = (...args) => {
    const socket = new WebSocket(...args);
    onTestFinished(() => socket.close());
    return socket;
  };
  const start: Kit["start"] = (script = {}, protocols = [], prepare = () => {}) => {
    const id = crypto.randomUUID();
    const url = urlOf(server(), id, script);
    const socket = create(url, protocols);
    prepare(socket);
    onTestFinished(async () => {
      await ask(server(), id, "drop");
    });
    return record(socket, url, (question) => ask(server(), id, question));
  };
  return {
    WebSocket,
    server,
    create,
    start,
    check: (behaviour, run) => {
      const deviation = Object.hasOwn(listed, behaviour) ? listed[behaviour] : undefined;
      const define = { fails: test.fails, unsteady: test.skip, none: test }[deviation ?? "none"];
      // Browsers delay a dial after many others have failed. A test that has to fail may fail by its timeout.
      const timeout = ms(deviation === undefined ? 15_000 : 5_000);
      define(behaviour, { timeout }, async () => {
        await run();
      });
    },
    open: async (...args) => {
      const session = start(...args);
      await session.opened;
      return session;
    },
    play: async (prepare) => {
      const steps = [
        { until: "released" },
        { text: "1" },
        { text: "2" },
        { frame: { opcode: 3 } },
      ] as const;
      const session = start({ steps }, [], prepare);
      await session.opened;
      await session.release();
      await session.closed;
      return session;
    },
  };
}

function record(
  socket: WebSocket,
  url: string,
  answer: (question: Parameters<typeof ask>[2]) => Promise<unknown>,
): Session {
  const events: Event[] = [];
  for (const type of TYPES) {
    socket.addEventListener(type, (event) => events.push(event));
  }
  const closed = eventOf<CloseEvent>(socket, "close");
  const opened = Promise.race([
    eventOf(socket, "open"),
    closed.then(({ code }) => Promise.reject(new Error(`closed with ${code} before it was open`))),
  ]);
  // A test that expects a failure does not wait for the opening.
  opened.catch(() => {});
  const messages = (): unknown[] =>
    events
      .filter(({ type }) => type === "message")
      .map((event) => (event as MessageEvent<unknown>).data);
  return {
    socket,
    url,
    events,
    opened,
    closed,
    messages: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          const all = messages();
          if (all.length < count) return;
          socket.removeEventListener("message", look);
          resolve(all);
        };
        socket.addEventListener("message", look);
        look();
      }),
    report: async (when) => (await answer(when)) as Report,
    seen: async () => (await answer("seen")) as boolean,
    release: async () => {
      await answer("release");
    },
  };
}

/** Resolves with the next event of this type. */
export function eventOf<T extends Event = Event>(target: EventTarget, type: string): Promise<T> {
  return new Promise((resolve) => {
    target.addEventListener(type, (event) => resolve(event as T), { once: true });
  });
}

/** The types of the events, in their order. */
export function typesOf(events: readonly Event[]): string[] {
  return events.map(({ type }) => type);
}

/** Waits long enough for events that must not come. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms(60)));
}

/** Resolves in a later task of the event loop, in which events of sockets may have been fired. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Calls a method with any arguments, and returns its result, as untyped code can. */
export function call(object: object, method: string, ...args: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(object, method) as () => unknown, object, args);
}

/** Asserts that `run` throws a `DOMException` with this name. */
export function expectDomException(run: () => unknown, name: string): void {
  const error = thrownBy(run);
  expect(error).toBeInstanceOf(DOMException);
  expect((error as DOMException).name).toBe(name);
}

/** Asserts that `run` throws a `TypeError`. */
export function expectTypeError(run: () => unknown): void {
  expect(thrownBy(run)).toBeInstanceOf(TypeError);
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Collects uncaught exceptions until the test ends. Vitest then does not report them. */
export function captureUncaught(): unknown[] {
  const caught: unknown[] = [];
  if (typeof window === "undefined") {
    const listener = (error: unknown): void => void caught.push(error);
    process.on("uncaughtException", listener);
    onTestFinished(() => void process.off("uncaughtException", listener));
  } else {
    const listener = ({ error }: ErrorEvent): void => void caught.push(error);
    window.addEventListener("error", listener);
    onTestFinished(() => window.removeEventListener("error", listener));
  }
  return caught;
}

/** The base URL of the page, or undefined outside a page. */
export const BASE_URL: string | undefined =
  typeof document === "undefined" ? undefined : document.baseURI;
