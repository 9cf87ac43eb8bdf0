import type { TestName } from "./promises.js";

/**
 * The limits of the library: what it does not guarantee, each with a test that shows the limit. They are on
 * docs/RELIABILITY.md next to the promises.
 */
export const LIMITS: readonly {
  readonly limit: string;
  readonly test: TestName;
}[] = [
  {
    limit:
      "A message that has left this machine can be lost in the network. Nothing reports that: only an acknowledgement of your server proves the arrival.",
    test: {
      file: "test/reconnect/sending.test.ts",
      suite: "a message on a connection that is lost",
      name: "is neither lost nor resent if it was flushed",
    },
  },
  {
    limit:
      "A message that is sent with `retry: true` can arrive twice, or not at all. Without `retry` it is not sent again.",
    test: {
      file: "test/reconnect/sending.test.ts",
      suite: "a message on a connection that is lost",
      name: "is resent first if it was not flushed and has retry",
    },
  },
  {
    limit:
      "A browser's `WebSocket` cannot be paused. If you read too slowly, the connection ends at `bufferLimit`.",
    test: {
      file: "e2e/memory.test.ts",
      name: "a page that reads slowly from a WebSocket buffers up to bufferLimit, then ends with SLOW_CONSUMER and can read all that was buffered",
    },
  },
  {
    limit:
      "Over a `WebSocketStream`, a page that reads slowly can lose messages when the server closes. It gets `CONNECTION_LOST`. This is why it is not the default.",
    test: {
      file: "e2e/stream.test.ts",
      name: "a slow page may lose messages over a WebSocketStream, and gets CONNECTION_LOST then",
    },
  },
  {
    limit:
      "Browsers have no ping frames. Without `keepAlive.message`, a page does not notice a dead peer, also with `reconnecting`.",
    test: {
      file: "test/testing/server.test.ts",
      suite: "platform: browser",
      name: "gives a reconnecting client no keep-alive of its own",
    },
  },
  {
    limit: "A browser hides why a dial failed: a 401 and a closed port give the same error.",
    test: {
      file: "test/testing/server.test.ts",
      suite: "platform: browser",
      name: "has no pings, and hides why a dial was refused",
    },
  },
  {
    limit:
      "In WebKitGTK, `flush` says nothing about the network, because the browser accepts all bytes at once.",
    test: {
      file: "test/transport/suite/sending.ts",
      suite: "sending",
      name: "is complete when the platform has accepted the bytes, even if the peer does not read",
    },
  },
];
