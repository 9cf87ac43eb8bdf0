// Speech to text: sends chunks of audio, and receives transcripts meanwhile.
import { connect, WsError } from "wschan";
import type { ConnectOptions } from "wschan";

export interface Transcript {
  text: string;
  isFinal: boolean;
}

/** Sends the audio, and yields the transcripts until the server has sent the last one and closes. */
export async function* transcribe(
  url: string,
  audio: AsyncIterable<Uint8Array>,
  options?: ConnectOptions,
): AsyncGenerator<Transcript> {
  const client = await connect(url, { readTimeout: "30s", writeTimeout: "10s", ...options });

  async function upload(): Promise<void> {
    // `send` waits while more than `sendHighWaterMark` bytes have not left.
    for await (const chunk of audio) await client.send(chunk);
    await client.send(JSON.stringify({ type: "end" }));
    await client.flush();
  }
  const uploaded = upload();
  // If the audio has failed, end the loop below. If the connection has failed, the loop throws its error.
  uploaded.catch((error: unknown) => {
    if (!WsError.is(error) || error.code !== "CLOSED") client.terminate();
  });

  try {
    for await (const message of client) {
      if (message.type === "text") yield JSON.parse(message.data) as Transcript;
    }
    await uploaded;
  } finally {
    await client.close();
  }
}
