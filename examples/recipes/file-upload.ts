import { connect } from "wschan";

const CHUNK_BYTES = 65_536;

interface UploadOptions {
  /** Cancels the upload. */
  readonly signal?: AbortSignal;
  /** Called with the number of bytes that have left this machine. */
  readonly onProgress?: (bytes: number, total: number) => void;
}

/** Uploads a file in binary messages. Resolves with the answer of the server. */
export async function upload(url: string, file: Blob, options: UploadOptions = {}) {
  const { signal, onProgress } = options;
  const client = await connect(url, { signal });
  let left = 0;
  try {
    await client.send(JSON.stringify({ type: file.type, size: file.size }));
    for (let offset = 0; offset < file.size; offset += CHUNK_BYTES) {
      const chunk = await file.slice(offset, offset + CHUNK_BYTES).arrayBuffer();
      // Waits while too many bytes have not left, so the file is read as fast as the server reads.
      await client.send(chunk, { signal });
      // The buffer also holds the headers of frames, so the difference can fall by some bytes.
      left = Math.max(left, offset + chunk.byteLength - client.bufferedAmount);
      onProgress?.(left, file.size);
    }
    await client.flush({ signal });
    onProgress?.(file.size, file.size);
    const answer = await client.receive({ timeout: "30s", signal });
    if (answer.ok) return answer.value.data;
    throw (await client.closed).error ?? new Error("the server closed without an answer");
  } catch (error) {
    client.terminate(); // The server gets no close frame, and can discard what it has.
    throw error;
  } finally {
    await client.close();
  }
}
