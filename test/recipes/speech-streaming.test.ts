import { expect, test } from "vitest";
import { transcribe } from "../../examples/recipes/speech-streaming.js";
import type { Transcript } from "../../examples/recipes/speech-streaming.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const CHUNK = new Uint8Array(65_536);

/** Yields chunks of audio. Counts them, and notes when the reader has ended. */
class Recorder {
  chunks = 0;
  hasEnded = false;

  async *record(count: number): AsyncGenerator<Uint8Array> {
    try {
      for (; this.chunks < count; this.chunks++) yield CHUNK;
    } finally {
      this.hasEnded = true;
    }
  }
}

test("sends all audio and the end, and yields the transcripts until the server closes", async () => {
  let bytes = 0;
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      ws.on("message", (data: Buffer, isBinary) => {
        if (isBinary) bytes += data.length;
        if (isBinary) ws.send(JSON.stringify({ text: "partial", isFinal: false }));
        else if (data.toString() === '{"type":"end"}') {
          ws.send(JSON.stringify({ text: "final", isFinal: true }));
          ws.close(1000);
        }
      });
    },
  });
  const transcripts: Transcript[] = [];
  for await (const one of transcribe(server.url, new Recorder().record(3))) transcripts.push(one);
  expect(bytes).toBe(3 * CHUNK.length);
  expect(transcripts.map(({ text }) => text)).toEqual(["partial", "partial", "partial", "final"]);
});

test("reads no more audio while the server does not receive", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => {
      ws.pause();
      ws.send(JSON.stringify({ text: "ready", isFinal: false }));
    },
  });
  const recorder = new Recorder();
  // More than the buffers of both sockets hold.
  const transcripts = transcribe(server.url, recorder.record(10_000), { writeTimeout: "300ms" });
  expect((await transcripts.next()).value).toMatchObject({ text: "ready" });
  expect((await failure(transcripts.next())).code).toBe("WRITE_TIMEOUT");
  expect(recorder.chunks).toBeLessThan(10_000);
});

test("throws if the connection is cut, and ends the audio", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => ws.on("message", () => ws.terminate()),
  });
  const recorder = new Recorder();
  const error = await failure(transcribe(server.url, recorder.record(Infinity)).next());
  expect(error.code).toBe("CONNECTION_LOST");
  expect(recorder.hasEnded).toBe(true);
});

test("throws the error of the audio, and ends the connection", async () => {
  await using server = await startEchoServer({ echo: false });
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield CHUNK;
    throw new Error("microphone unplugged");
  }
  await expect(transcribe(server.url, broken()).next()).rejects.toThrow("microphone unplugged");
  expect((await (await server.connection()).closed).code).toBe(1006);
});
