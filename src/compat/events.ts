import type { Connection } from "../connection/connection.js";
import type { WsError } from "../errors/ws-error.js";
import { ABNORMAL_CLOSURE } from "../protocol/close-codes.js";
import type { Message } from "../protocol/message.js";
import { requireArgument, toDomString } from "./arguments.js";
import type { BinaryType } from "./arguments.js";
import { makeEnumerable } from "./web-idl.js";

/** The properties of a `close` event. */
interface CloseInit {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The end of a connection that never opened. */
const NO_CLOSE_FRAME: CloseInit = { code: ABNORMAL_CLOSURE, reason: "", wasClean: false };

/** Creates a `message` event. */
export function messageEvent(message: Message, binaryType: BinaryType, origin: string): Event {
  return new MessageEvent("message", { data: dataOf(message, binaryType), origin });
}

function dataOf({ data }: Message, binaryType: BinaryType): unknown {
  if (typeof data === "string") return data;
  if (binaryType === "blob") return new Blob([data]);
  const { buffer, byteLength } = data;
  // With `node.binaryViews` the bytes are a part of a larger buffer.
  return buffer.byteLength === byteLength ? buffer : data.slice().buffer;
}

/**
 * Creates an `error` event. It has the properties of an `ErrorEvent`, a class that Node lacks, and those of the
 * `close` event that follows, if one does.
 */
export function errorEvent(error: WsError, close?: CloseInit): Event {
  return Object.assign(new Event("error"), close, { error, message: error.message });
}

/** Creates a `close` event. */
export function closeEvent(init: CloseInit): Event {
  const { CloseEvent: Class = (ownClass ??= createClass()) } = globalThis as Partial<
    typeof globalThis
  >;
  return new Class("close", init);
}

const LONE_SURROGATES = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The class of `close` events where the platform has none, as in Node before version 23. */
let ownClass: typeof CloseEvent | undefined;

/** Creates {@link ownClass}. It is created on first use, because not every platform has an `Event` on import. */
function createClass(): typeof CloseEvent {
  class CloseEvent extends Event {
    readonly #code: number;
    readonly #reason: string;
    readonly #wasClean: boolean;

    constructor(type: string, ...[init = {}]: [CloseEventInit?]) {
      super(type, init);
      requireArgument(arguments.length, "CloseEvent");
      const { code = 0, reason = "", wasClean } = init;
      // To an unsigned short (Web IDL).
      this.#code = code & 0xffff;
      this.#reason = toDomString(reason).replace(LONE_SURROGATES, "\ufffd");
      this.#wasClean = Boolean(wasClean);
    }

    get code(): number {
      return this.#code;
    }

    get reason(): string {
      return this.#reason;
    }

    get wasClean(): boolean {
      return this.#wasClean;
    }

    get [Symbol.toStringTag](): string {
      return "CloseEvent";
    }
  }
  makeEnumerable(CloseEvent.prototype);
  return CloseEvent;
}

/** Returns the events of the end of a connection: `error` if it failed, then `close`. */
export function endEvents({ info, end }: Connection<Message>): Event[] {
  const { clean: wasClean = false, by, error } = info ?? {};
  const { code, reason } = end ?? NO_CLOSE_FRAME;
  const close = { code, reason: code === ABNORMAL_CLOSURE ? "" : reason, wasClean };
  return failureEvents(by === "peer" ? undefined : error, close);
}

/** Returns an `error` event, if there is an error, and a `close` event. */
export function failureEvents(
  error: WsError | undefined,
  close: CloseInit = NO_CLOSE_FRAME,
): Event[] {
  return error ? [errorEvent(error, close), closeEvent(close)] : [closeEvent(close)];
}
