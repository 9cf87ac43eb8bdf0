/** The file and the name of a test. */
export interface TestName {
  readonly file: string;
  readonly name: string;
}

const SUITE = "test/transport/suite.ts";

/**
 * The promises of the library, each with tests that fail if it is broken. The conformance suite (suite.ts)
 * runs in Node and, on the built bundles, in Chromium, Firefox and WebKitGTK.
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
      { file: SUITE, name: "loses no message that comes with the answer, or before anybody reads" },
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
      { file: SUITE, name: "is refused with the way out" },
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
        file: SUITE,
        name: "more unread than bufferLimit ends the connection where nothing pauses it",
      },
      { file: SUITE, name: "one message over bufferLimit is let in when nothing else waits" },
    ],
  },
  {
    promise: "No message that was received is dropped silently.",
    tests: [
      { file: SUITE, name: "while the channel is full loses no message, or says that it does" },
      { file: SUITE, name: "loses none of more messages than the channel holds" },
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
      { file: SUITE, name: "that gets no answer ends with its deadline" },
      {
        file: SUITE,
        name: "can be aborted, before and in the middle; afterwards that has no effect",
      },
      { file: SUITE, name: "ends within closeTimeout when the peer does not answer" },
      { file: SUITE, name: "silence for readTimeout ends the connection" },
      { file: SUITE, name: "that makes no progress for writeTimeout ends the connection" },
      { file: SUITE, name: "finds a peer that is there and does not answer" },
      { file: "test/transport/policy.test.ts", name: "is ended by the deadline of the dial" },
    ],
  },
  {
    promise: "A cancelled receive or select loses no message.",
    tests: [
      { file: SUITE, name: "a cancelled or late receive loses no message" },
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
      { file: SUITE, name: "that is refused tells how, as far as the platform does" },
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
      { file: SUITE, name: "is what the policy allows" },
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
