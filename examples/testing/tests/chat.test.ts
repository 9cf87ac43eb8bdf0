/// <reference types="vitest/globals" />
// For Vitest with `globals: true`, Jest, and Bun. The chat uses the global WebSocket, not wschan.
import { TestServer } from "wschan/testing";
import { INITIAL, openChat, reduce } from "../app/chat.mjs";

test("the chat shows what was said, and that the connection was lost", async () => {
  const server = new TestServer("wss://chat.example/*");
  server.stubGlobal();
  let state = INITIAL;
  const closed = new Promise<void>((resolve) => {
    openChat("wss://chat.example/room", (event) => {
      state = reduce(state, event);
      if (event.type === "closed") resolve();
    });
  });
  const peer = await server.accept();
  await peer.send("hello");
  await peer.send("world");
  peer.terminate();
  await closed;
  expect(state).toEqual({ status: "lost", lines: ["hello", "world"] });
  await server.close();
});
