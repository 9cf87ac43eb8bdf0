/** WHATWG streams over a client, with its backpressure. */
import { platformClass } from "../errors/platform-class.js";
import { WsError } from "../errors/ws-error.js";
import type { ClientLike } from "./client-like.js";

type Source<In> = Pick<ClientLike<In>, "messages" | "close">;

type Sink<Out> = Pick<ClientLike<unknown, Out>, "send" | "close" | "closed" | "terminate">;

/**
 * Returns the messages as a stream. It takes a message from the channel only when the stream is read, so
 * that the channel pushes back, and none is lost to other receivers. Cancelling closes the connection.
 *
 * Throws `UNSUPPORTED` where there is no `ReadableStream`.
 */
export function readableOf<In>(client: Source<In>): ReadableStream<In> {
  const iterator = client.messages();
  return new (platformClass("ReadableStream"))<In>(
    {
      async pull(controller) {
        // A rejection makes the stream end with its reason.
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => client.close().then(() => {}),
    },
    { highWaterMark: 0 },
  );
}

/**
 * Returns a stream that sends what is written to it. Closing it closes the connection; aborting it ends the
 * connection, also while a write waits.
 *
 * Throws `UNSUPPORTED` where there is no `WritableStream`.
 */
export function writableOf<Out>(client: Sink<Out>): WritableStream<Out> {
  return new (platformClass("WritableStream"))<Out>({
    start(controller) {
      // The sink's own `abort` would be called only after the write that waits.
      controller.signal.addEventListener("abort", () => client.terminate());
      void client.closed.then(({ error: cause }) => {
        const init = { retryable: cause?.retryable ?? false, cause };
        controller.error(new WsError("CLOSED", "writable: the connection has ended", init));
      });
    },
    write: (data) => client.send(data),
    close: () => client.close().then(() => {}),
  });
}
