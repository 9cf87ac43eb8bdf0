// Compiled by `npm run types`, never run: the events of option `observe`.
import { expectTypeOf } from "vitest";
import { connect, createContext } from "../../src/node.js";
import type { ClientStats, CloseInfo, ConnectionEvent, WsError } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import type { LostReason } from "../../src/reconnect/node.js";

const observe = (event: ConnectionEvent): void => {
  expectTypeOf(event.connection).toEqualTypeOf<string>();
  expectTypeOf(event.time).toEqualTypeOf<number>();
  switch (event.type) {
    case "dial":
      expectTypeOf(event.url).toEqualTypeOf<string>();
      expectTypeOf(event.attempt).toEqualTypeOf<number | undefined>();
      break;
    case "open":
      expectTypeOf(event.compression).toEqualTypeOf<0 | 1 | 2>();
      expectTypeOf(event.status).toEqualTypeOf<number | undefined>();
      break;
    case "dial-failed":
      expectTypeOf(event.error).toEqualTypeOf<WsError>();
      expectTypeOf(event.duration).toEqualTypeOf<number>();
      break;
    case "message":
      expectTypeOf(event.direction).toEqualTypeOf<"in" | "out">();
      expectTypeOf(event.kind).toEqualTypeOf<"text" | "binary">();
      break;
    case "pause":
    case "resume":
      expectTypeOf(event.bytesBuffered).toEqualTypeOf<number>();
      // @ts-expect-error: only `resume` has a duration
      expectTypeOf(event.duration).toBeNumber();
      break;
    case "ping":
      break;
    case "pong":
      expectTypeOf(event.roundTrip).toEqualTypeOf<number>();
      break;
    case "close":
      expectTypeOf(event.info).toEqualTypeOf<CloseInfo>();
      expectTypeOf(event.stats).toEqualTypeOf<ClientStats>();
      break;
    case "retry":
      expectTypeOf(event.attempt).toEqualTypeOf<number>();
      break;
    case "lost":
      expectTypeOf(event.reason).toEqualTypeOf<LostReason>();
      break;
    default:
      // No other type exists.
      expectTypeOf(event).toBeNever();
  }
};

void connect("", { observe, observeMessages: true });
void createContext({ observe, observeMessages: true, defaults: { observeMessages: false } });
void reconnecting("", { observe, observeMessages: true });
// The result of an observer is ignored.
void connect("", { observe: (event) => event.time });
// @ts-expect-error: an observer of one type would get the others, too
void connect("", { observe: (event: Extract<ConnectionEvent, { type: "close" }>) => event.info });
// @ts-expect-error: observers are not inherited through defaults, but given to the context
void createContext({ defaults: { observe } });
// @ts-expect-error: events are read-only
void connect("", { observe: (event) => (event.time = 0) });
