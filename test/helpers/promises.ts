/** The file and the name of a test. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** The folder of the conformance suite. */
const SUITE = "test/transport/suite";

/**
 * The promises of the library, each with tests that fail if it is broken. The conformance suite runs in Node
 * and, on the built bundles, in Chromium, Firefox and WebKitGTK.
 */
export const PROMISES: readonly {
  readonly promise: string;
  readonly tests: readonly TestName[];
}[] = [
  {
    promise: "The same program runs in a browser and in Node.",
    tests: [
      {
        file: "e2e/runtimes/runtimes.test.ts",
        name: "on $how the one program does what the table of abilities says",
      },
      {
        file: `${SUITE}/dialling.ts`,
        name: "loses no message that arrives with the handshake response or before the first receive",
      },
      {
        file: "test/repo/package.test.ts",
        name: "are the same in Node and in browsers, by import and by require",
      },
    ],
  },
  {
    promise:
      "An option that a platform cannot honour is refused before the dial, with its name and the alternative.",
    tests: [
      {
        file: `${SUITE}/ping.ts`,
        name: "rejects with UNSUPPORTED, and names keepAlive.message as the alternative",
      },
      { file: "test/unit/bad-input.test.ts", name: "connect in a browser" },
    ],
  },
  {
    promise: "Memory is bounded, in bytes: a slow consumer slows the server down.",
    tests: [
      {
        file: "test/load/backpressure.test.ts",
        name: "slows the server down when one message of $size bytes is read per 10 ms",
      },
      {
        file: "test/transport/ping.test.ts",
        name: "stays so behind half of bufferLimit, whatever pong is awaited",
      },
      { file: "test/adversary/deflate.test.ts", name: "stops at the default readLimit of 16 MiB" },
      {
        file: "test/codec/memory.test.ts",
        name: "stops at a readLimit of %i bytes, and costs no more than 1 MiB beside",
      },
    ],
  },
  {
    promise: "Crossing the limit of unread bytes ends the connection, and says so.",
    tests: [
      {
        file: `${SUITE}/receiving.ts`,
        name: "more unread bytes than bufferLimit ends the connection if it cannot be paused",
      },
      {
        file: `${SUITE}/receiving.ts`,
        name: "one message larger than bufferLimit works if no other is unread",
      },
    ],
  },
  {
    promise: "No message that was received is dropped silently.",
    tests: [
      {
        file: `${SUITE}/close-by-peer.ts`,
        name: "while the channel is full loses no message, or reports the loss",
      },
      {
        file: `${SUITE}/dialling.ts`,
        name: "loses no message if more arrive than the channel holds",
      },
      {
        file: "test/soak/streams.test.ts",
        name: "an hour's stream of 360,000 messages in fast motion",
      },
      {
        file: "test/reconnect/sending.test.ts",
        name: "and had not left is told as lost, and not sent again",
      },
    ],
  },
  {
    promise: "Waits can be bounded and cancelled.",
    tests: [
      { file: `${SUITE}/dialling.ts`, name: "that gets no response fails after dialTimeout" },
      {
        file: `${SUITE}/dialling.ts`,
        name: "can be aborted before and during the handshake, but not afterwards",
      },
      {
        file: `${SUITE}/close-by-client.ts`,
        name: "ends within closeTimeout when the peer does not answer",
      },
      { file: `${SUITE}/receiving.ts`, name: "nothing for readTimeout ends the connection" },
      {
        file: `${SUITE}/sending.ts`,
        name: "that makes no progress for writeTimeout ends the connection",
      },
      { file: `${SUITE}/keep-alive.ts`, name: "ends a connection whose peer does not answer" },
      { file: "test/transport/policy.test.ts", name: "is ended by the deadline of the dial" },
    ],
  },
  {
    promise: "A cancelled receive or select loses no message.",
    tests: [
      {
        file: `${SUITE}/receiving.ts`,
        name: "loses no message when a receive is aborted or times out",
      },
      {
        file: "test/fuzz/channel.test.ts",
        name: "in tasks that wait for what they call, however they are scheduled",
      },
    ],
  },
  {
    promise: "Every failure is one error class, the same on all platforms.",
    tests: [
      { file: "test/unit/errors.test.ts", name: "know the errors of another copy of the package" },
      {
        file: `${SUITE}/dialling.ts`,
        name: "that the server refuses rejects with the HTTP status, if the platform exposes it",
      },
      {
        file: "test/unit/bad-input.test.ts",
        name: "rejects and does not throw, whatever it is given",
      },
    ],
  },
  {
    promise: "Policy comes first: no look-up and no byte before it has allowed the URL.",
    tests: [
      {
        file: "test/transport/policy.test.ts",
        name: "a policy that refuses leaves no trace on the wire",
      },
      {
        file: `${SUITE}/dialling.ts`,
        name: "fails if the policy denies it, or if the context is closed",
      },
      {
        file: "test/fuzz/policy.test.ts",
        name: "lets be dialled what its rules allow and nothing else, and what it was asked about",
      },
    ],
  },
  {
    promise: "It costs next to nothing. The speed is measured by `npm run bench`, not by a test.",
    tests: [{ file: "test/repo/size.test.ts", name: "$what costs at most $budget bytes" }],
  },
];
