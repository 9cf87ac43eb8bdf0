/** The file and the name of a test. */
export interface TestName {
  readonly file: string;
  /** The name of its suite, if the name of the test alone would not be understood. */
  readonly suite?: string;
  readonly name: string;
}

/** Returns the name to show to readers: with the suite, and with "…" in place of parameters. */
export function displayName({ suite, name }: TestName): string {
  const whole = suite === undefined ? name : `${suite} ${name}`;
  return whole.replace(/%[a-z]|\$\w+/g, "…");
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
      "An option that the platform does not support is rejected before the dial. The error names the option and the alternative.",
    tests: [
      { file: SUITE, name: "is refused with the way out" },
      {
        file: "test/unit/bad-input.test.ts",
        suite: "connect in a browser",
        name: "rejects %o with %s",
      },
    ],
  },
  {
    promise: "Memory is bounded in bytes: a slow consumer slows the server down.",
    tests: [
      {
        file: "test/load/backpressure.test.ts",
        name: "a client that reads one message of $size bytes per 10 ms slows the server down",
      },
      {
        file: "test/transport/ping.test.ts",
        name: "stays so behind half of bufferLimit, whatever pong is awaited",
      },
      {
        file: "test/adversary/deflate.test.ts",
        suite: "a decompression bomb",
        name: "is stopped at the default readLimit of 16 MiB",
      },
      {
        file: "test/codec/memory.test.ts",
        suite: "a decompression bomb of 1 GiB for %s",
        name: "is stopped at a readLimit of %i bytes, and needs at most 1 MiB of memory in addition",
      },
    ],
  },
  {
    promise: "A connection that exceeds the limit of unread bytes ends with an error.",
    tests: [
      {
        file: SUITE,
        name: "more unread than bufferLimit ends the connection where nothing pauses it",
      },
      { file: SUITE, name: "one message over bufferLimit is let in when nothing else waits" },
    ],
  },
  {
    promise: "No received message is dropped silently.",
    tests: [
      { file: SUITE, name: "while the channel is full loses no message, or says that it does" },
      { file: SUITE, name: "loses none of more messages than the channel holds" },
      {
        file: "test/soak/streams.test.ts",
        name: "a stream of 360,000 messages arrives complete, in order and in bounded memory",
      },
      {
        file: "test/reconnect/sending.test.ts",
        suite: "a message on a connection that is lost",
        name: "is reported as lost and not resent if it was not flushed",
      },
    ],
  },
  {
    promise: "Waits can have a timeout and can be cancelled.",
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
        suite: "channels, select and timers behave like those of Go",
        name: "for concurrent tasks that await their calls, in any schedule",
      },
    ],
  },
  {
    promise: "Every failure is an instance of one error class, the same on all platforms.",
    tests: [
      { file: "test/unit/errors.test.ts", name: "know the errors of another copy of the package" },
      { file: SUITE, name: "that is refused tells how, as far as the platform does" },
      {
        file: "test/unit/bad-input.test.ts",
        suite: "connect",
        name: "rejects all of these inputs and never throws",
      },
    ],
  },
  {
    promise:
      "The policy comes first: no DNS lookup and no byte is sent before it has allowed the URL.",
    tests: [
      {
        file: "test/transport/policy.test.ts",
        name: "a policy that refuses leaves no trace on the wire",
      },
      { file: SUITE, name: "is what the policy allows" },
      {
        file: "test/fuzz/policy.test.ts",
        suite: "a policy of rules",
        name: "allows exactly the URLs that its rules allow, and is asked about each dialled URL",
      },
    ],
  },
  {
    promise: "The overhead is small. Tests check the sizes; `npm run bench` measures the speed.",
    tests: [{ file: "test/repo/size.test.ts", name: "$what costs at most $budget bytes" }],
  },
];
