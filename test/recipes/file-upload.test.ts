import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { upload } from "../../examples/recipes/file-upload.js";
import { startEchoServer } from "../helpers/echo-server.js";

const SIZE = 20_000_000;
const FILE = new Blob([Buffer.alloc(SIZE, "abc")], { type: "text/plain" });

/** Makes a connection receive a file, and answer with its hash. */
function receiveFile(ws: WebSocket): void {
  const hash = createHash("sha256");
  let left = 0;
  ws.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      left -= data.length;
      hash.update(data);
    } else left = (JSON.parse(data.toString()) as { size: number }).size;
    if (left === 0) ws.send(hash.digest("hex"));
  });
}

test("uploads a file with its progress, and resolves with the answer", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => receiveFile(ws),
  });
  const progress: number[] = [];
  const answer = await upload(server.url, FILE, { onProgress: (bytes) => progress.push(bytes) });
  const expected = createHash("sha256").update(Buffer.from(await FILE.arrayBuffer()));
  expect(answer).toBe(expected.digest("hex"));
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect([progress.length > 10, progress.at(-1)]).toEqual([true, SIZE]);
  expect((await (await server.connection()).closed).code).toBe(1000);
});

test("reads the file no faster than the server, and a signal cancels the upload", async () => {
  await using server = await startEchoServer({ echo: false, onConnection: ({ ws }) => ws.pause() });
  let bytesRead = 0;
  const slice = (start: number, end: number) => {
    bytesRead = end;
    return { arrayBuffer: () => Promise.resolve(new ArrayBuffer(end - start)) };
  };
  const file = { type: "", size: 1e12, slice } as Blob;
  const controller = new AbortController();
  let progress = 0;
  const uploading = upload(server.url, file, {
    signal: controller.signal,
    onProgress: (bytes) => (progress = bytes),
  });
  const { ws, closed } = await server.connection();
  // Stops when the kernel's buffers and those of the streams are full.
  for (let before = -1; before !== bytesRead;) {
    before = bytesRead;
    for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  }
  expect(bytesRead).toBeLessThan(100_000_000);
  // The last chunk waits, and those before it are in the buffer of the connection.
  expect(progress).toBeLessThan(bytesRead - 65_536);
  controller.abort("cancelled by the user");
  await expect(uploading).rejects.toMatchObject({
    code: "ABORTED",
    cause: "cancelled by the user",
  });
  ws.resume();
  expect((await closed).code).toBe(1006);
});

test("rejects when the connection is cut", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) => ws.once("message", () => ws.terminate()),
  });
  await expect(upload(server.url, FILE)).rejects.toMatchObject({ code: "CLOSED" });
});

test("rejects when the server closes with an error instead of an answer", async () => {
  await using server = await startEchoServer({
    echo: false,
    onConnection: ({ ws }) =>
      ws.on("message", (_data, isBinary) => isBinary && ws.close(1009, "too big")),
  });
  await expect(upload(server.url, new Blob(["small"]))).rejects.toMatchObject({
    code: "CLOSED_BY_PEER",
    details: { closeCode: 1009 },
  });
});
