import { platformClass } from "../errors/platform-class.js";
import { WsError } from "../errors/ws-error.js";
import type { ClientLike } from "./client-like.js";

type Source<In> = Pick<ClientLike<In>, "messages" | "close">;

type Sink<Out> = Pick<ClientLike<unknown, Out>, "send" | "close" | "closed" | "terminate">;

/**
 * Returns a stream of the messages. It receives a message from the channel only when the stream is read, so that
 * backpressure works and other receivers miss no message. Cancelling it closes the connection.
 *
 * Throws `UNSUPPORTED` where there is no `ReadableStream`.
 */
export function readableOf<In>(client: Source<In>): ReadableStream<In> {
  const iterator = client.messages();
  return new (platformClass("ReadableStream"))<In>(
    {
      async pull(controller) {
        // If this rejects, the stream errors with the reason.
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
 * Returns a stream that sends each chunk that is written. Closing it closes the connection; aborting it
 * terminates the connection, even while a write is pending.
 *
 * Throws `UNSUPPORTED` where there is no `WritableStream`.
 */
export function writableOf<Out>(client: Sink<Out>): WritableStream<Out> {
  return new (platformClass("WritableStream"))<Out>({
    start(controller) {
      // Not in the sink's `abort`, which is called only after a pending write.
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
