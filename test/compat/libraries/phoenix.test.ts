import { Socket } from "phoenix";
import type { Channel, Push, SocketConnectOption } from "phoenix";
import { expect, test } from "vitest";
import { Condition } from "../../helpers/condition.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { WebSocket } from "../class.js";
import { startPhoenixServer } from "../servers/phoenix.js";

checkLeaks();

function open(
  url: string,
  options: Partial<SocketConnectOption> = {},
): AsyncDisposable & { readonly socket: Socket } {
  // #region setup
  const socket = new Socket(url, {
    transport: WebSocket,
    // #endregion
    ...options,
    // #region setup
  });
  socket.connect();
  // #endregion
  return {
    socket,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => socket.disconnect(resolve)),
  };
}

/** Settles with the response to a push, and rejects with it if its status is not "ok". */
const answerTo = (push: Push): Promise<unknown> =>
  new Promise((resolve, reject) => {
    push
      .receive("ok", resolve)
      .receive("error", reject)
      .receive("timeout", () => reject(new Error("timeout")));
  });

/** Joins the channel of a topic. */
async function join(socket: Socket, topic: string): Promise<Channel> {
  const channel = socket.channel(topic);
  await answerTo(channel.join());
  return channel;
}

test("a channel of phoenix joins, and gets replies to its pushes", async () => {
  await using server = await startPhoenixServer();
  await using client = open(server.url);
  const channel = client.socket.channel("room");
  expect(await answerTo(channel.join())).toEqual({ joined: "room" });
  expect(await answerTo(channel.push("echo", { text: "hello" }))).toEqual({ text: "hello" });
  await expect(answerTo(channel.push("nonsense", {}))).rejects.toEqual({
    reason: "no event nonsense",
  });
  const secret = client.socket.channel("secret");
  await expect(answerTo(secret.join())).rejects.toEqual({ reason: "unauthorized" });
  secret.leave();
  expect((await server.connection()).request.url).toBe("/websocket?vsn=2.0.0");
});

test("channels of two phoenix sockets get the broadcasts of their topic", async () => {
  await using server = await startPhoenixServer();
  await using one = open(server.url);
  await using two = open(server.url);
  const [first, second, other] = await Promise.all([
    join(one.socket, "room"),
    join(two.socket, "room"),
    join(two.socket, "other"),
  ]);
  const heard: unknown[] = [];
  other.on("shout", () => void heard.push("other"));
  const both = [first, second].map(
    (channel) =>
      new Promise<void>((resolve) => {
        channel.on("shout", (payload) => {
          heard.push(payload);
          resolve();
        });
      }),
  );
  first.push("shout", { text: "hello" });
  await Promise.all(both);
  expect(heard).toEqual([{ text: "hello" }, { text: "hello" }]);
});

test("phoenix pushes an ArrayBuffer, and gets one as the reply", async () => {
  await using server = await startPhoenixServer();
  await using client = open(server.url);
  const channel = await join(client.socket, "room");
  const sent = Uint8Array.from({ length: 1_000 }, (_, n) => n);
  const received = await answerTo(channel.push("echo", sent.buffer));
  expect(received).toBeInstanceOf(ArrayBuffer);
  expect(new Uint8Array(received as ArrayBuffer)).toEqual(sent);
});

test("the heartbeats of phoenix get answers", async () => {
  await using server = await startPhoenixServer();
  const changed = new Condition();
  server.wss.on("connection", (socket) => socket.on("message", changed.notify));
  await using client = open(server.url, { heartbeatIntervalMs: ms(20) });
  await changed.until(() => server.heartbeats >= 3);
  expect(client.socket.connectionState()).toBe("open");
  expect(server.connections).toHaveLength(1);
});

test("a channel of phoenix joins again after the server has cut the connection", async () => {
  await using server = await startPhoenixServer();
  await using client = open(server.url, { rejoinAfterMs: () => ms(10) });
  const channel = await join(client.socket, "room");
  const errors: unknown[] = [];
  channel.onError((reason) => void errors.push(reason));
  const closed = new Promise<CloseEvent>((resolve) => client.socket.onClose(resolve));
  server.cut();
  expect(await closed).toMatchObject({ code: 1006, wasClean: false });
  expect(await answerTo(channel.push("echo", { n: 1 }))).toEqual({ n: 1 });
  expect(errors).toHaveLength(1);
  expect(server.connections).toHaveLength(2);
});

test("phoenix sends its token as a subprotocol, and disconnects with a code", async () => {
  await using server = await startPhoenixServer();
  const { socket } = open(server.url, { authToken: "t0ken" });
  await join(socket, "room");
  const { request, closed } = await server.connection();
  expect(request.headers["sec-websocket-protocol"]).toBe(
    `phoenix,base64url.bearer.phx.${btoa("t0ken").replaceAll("=", "")}`,
  );
  await new Promise<void>((resolve) => socket.disconnect(resolve, 4000, "bye"));
  expect(await closed).toBe(4000);
});
