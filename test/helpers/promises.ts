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
      "An option that the platform does not support is rejected before the dial. The error names the option and the alternative.",
    tests: [
      {
        file: `${SUITE}/ping.ts`,
        name: "rejects with UNSUPPORTED, and names keepAlive.message as the alternative",
      },
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
    promise: "No received message is dropped silently.",
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
        suite: "channels, select and timers behave like those of Go",
        name: "for concurrent tasks that await their calls, in any schedule",
      },
    ],
  },
  {
    promise: "Every failure is an instance of one error class, the same on all platforms.",
    tests: [
      { file: "test/unit/errors.test.ts", name: "know the errors of another copy of the package" },
      {
        file: `${SUITE}/dialling.ts`,
        name: "that the server refuses rejects with the HTTP status, if the platform exposes it",
      },
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
      {
        file: `${SUITE}/dialling.ts`,
        name: "fails if the policy denies it, or if the context is closed",
      },
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
