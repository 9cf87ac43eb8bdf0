// @ts-check
// A span for each dial, and one for each connection.
import { SpanStatusCode, trace } from "@opentelemetry/api";

/**
 * @typedef {import("wschan").ConnectionEvent} ConnectionEvent
 * @typedef {import("@opentelemetry/api").Span} Span
 */

/** Returns an observer that records spans. */
export function recordSpans() {
  const tracer = trace.getTracer("wschan");
  /**
   * The span of the dial or of the open connection, by id.
   *
   * @type {Map<string, Span>}
   */
  const spans = new Map();

  /** @param {ConnectionEvent} event */
  return (event) => {
    const { connection: id, time } = event;
    const span = spans.get(id);
    if (event.type === "dial") {
      // The active span becomes the parent, because the observer is called within `connect`.
      const options = { startTime: time, attributes: attributesOf(event) };
      spans.set(id, tracer.startSpan("wschan.dial", options));
    } else if (event.type === "open") {
      span?.end(time);
      // A root with a link, because a connection outlives the operation that has opened it.
      const links = span ? [{ context: span.spanContext() }] : [];
      const options = { root: true, links, startTime: time, attributes: attributesOf(event) };
      spans.set(id, tracer.startSpan("wschan.connection", options));
    } else if (event.type === "pause") {
      span?.addEvent("pause", { bytesBuffered: event.bytesBuffered }, time);
    } else if (event.type === "resume") {
      span?.addEvent("resume", { duration: event.duration }, time);
    } else if (event.type === "dial-failed" || event.type === "close") {
      end(span, event);
      spans.delete(id);
    }
  };
}

/**
 * Returns the attributes of the span of a dial or a connection.
 *
 * @param {Extract<ConnectionEvent, { type: "dial" | "open" }>} event
 */
function attributesOf({ connection, url, attempt }) {
  return {
    "url.full": url,
    "wschan.connection": connection,
    ...(attempt !== undefined && { "wschan.attempt": attempt }),
  };
}

/**
 * Ends the span of a dial that has failed, or of a connection.
 *
 * @param {Span | undefined} span
 * @param {Extract<ConnectionEvent, { type: "dial-failed" | "close" }>} event
 */
function end(span, event) {
  const error = event.type === "close" ? event.info.error : event.error;
  if (event.type === "close") {
    const { code, by } = event.info;
    span?.setAttributes({ "wschan.close.code": code, "wschan.close.by": by });
  }
  if (error) {
    span?.setAttribute("error.type", error.code);
    span?.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  }
  span?.end(event.time);
}
