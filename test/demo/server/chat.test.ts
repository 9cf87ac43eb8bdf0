import { beforeEach, describe, expect, test } from "vitest";
import { createChat } from "../../../examples/server/chat.mjs";
import { useDemoServer } from "./demo-server.js";
import type { Body } from "./demo-server.js";
import { StubSocket } from "./stub-socket.js";

const { open } = useDemoServer();

describe("/chat", () => {
  test("notifies the room of joins, messages and departures", async () => {
    const ann = await open("/chat");
    ann.send({ op: "join", room: "lobby", name: "Ann" });
    const lobby = { room: "lobby" };
    expect(await ann.next()).toEqual({ op: "joined", ...lobby, name: "Ann", members: 1 });
    const bob = await open("/chat");
    bob.send({ op: "join", room: "lobby", name: "Bob" });
    for (const { next } of [ann, bob]) {
      expect(await next()).toEqual({ op: "joined", ...lobby, name: "Bob", members: 2 });
    }
    bob.send({ op: "say", text: "Grüß Gott 👋" });
    for (const { next } of [ann, bob]) {
      const time: unknown = expect.any(Number);
      expect(await next()).toEqual({
        op: "message",
        ...lobby,
        from: "Bob",
        text: "Grüß Gott 👋",
        time,
      });
    }
    bob.ws.close();
    expect(await ann.next()).toEqual({ op: "left", ...lobby, name: "Bob", members: 1 });
  });

  test("sends nothing to other rooms, and leaves a room on joining another", async () => {
    const ann = await open("/chat");
    const bob = await open("/chat");
    ann.send({ op: "join", room: "one", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "joined", name: "Ann" });
    bob.send({ op: "join", room: "one", name: "Bob" });
    expect(await ann.next()).toMatchObject({ op: "joined", name: "Bob" });
    bob.send({ op: "join", room: "two", name: "Bob" });
    expect(await ann.next()).toMatchObject({ op: "left", room: "one", name: "Bob" });
    bob.send({ op: "say", text: "not for Ann" });
    ann.send({ op: "say", text: "for Ann" });
    expect(await ann.next()).toMatchObject({ op: "message", text: "for Ann" });
  });

  test("keeps a member in its room when it fails to join another", async () => {
    const ann = await open("/chat");
    ann.send({ op: "join", room: "lobby", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "joined" });
    ann.send({ op: "join", room: "", name: "Ann" });
    expect(await ann.next()).toMatchObject({ op: "error" });
    ann.send({ op: "say", text: "still here" });
    expect(await ann.next()).toMatchObject({ op: "message", room: "lobby" });
  });

  const join = (fields: Body) => ({ op: "join", room: "lobby", name: "Ann", ...fields });
  test.each<[string, unknown, RegExp]>([
    ["an unknown op", { op: "shout" }, /known: join, say/],
    ["a missing room", join({ room: undefined }), /^room/],
    ["a room of 33 characters", join({ room: "x".repeat(33) }), /^room/],
    ["a missing name", join({ name: undefined }), /^name/],
    ["an empty name", join({ name: "" }), /^name/],
    ["a blank name", join({ name: "  " }), /^name/],
    ["a name that is not a string", join({ name: {} }), /^name/],
    ["a name of 33 characters", join({ name: "x".repeat(33) }), /^name/],
    ["a name with a control character", join({ name: "\u001b[2J" }), /^name: no control/],
    ["a message before joining a room", { op: "say", text: "Hello" }, /join a room first/],
    ["an empty text", { op: "say", text: "" }, /^text/],
    ["a text of 1001 characters", { op: "say", text: "x".repeat(1001) }, /^text/],
    ["a text with a control character", { op: "say", text: "a\u0007" }, /^text: no control/],
  ])("answers %s with an error and keeps the connection open", async (_what, request, message) => {
    const { send, next } = await open("/chat");
    send(request);
    expect(await next()).toEqual({
      op: "error",
      message: expect.stringMatching(message) as unknown,
    });
    send(join({ name: "x".repeat(32) }));
    expect(await next()).toMatchObject({ op: "joined" });
    send({ op: "say", text: "x".repeat(1000) });
    expect(await next()).toMatchObject({ op: "message" });
  });

  describe("at its limits", () => {
    let serveChat: ReturnType<typeof createChat>;
    beforeEach(() => {
      serveChat = createChat();
    });

    function joined(room: string, name: string): StubSocket {
      const socket = new StubSocket();
      serveChat(socket.asWebSocket());
      socket.request({ op: "join", room, name });
      return socket;
    }

    test("refuses a name that is in use until its member has left", () => {
      const first = joined("lobby", "Ann");
      const second = joined("lobby", "Ann");
      expect(second.sent).toEqual([{ op: "error", message: "name: taken in this room" }]);
      first.emit("close");
      second.request({ op: "join", room: "lobby", name: "Ann" });
      expect(second.sent.at(-1)).toMatchObject({ op: "joined", members: 1 });
    });

    test("refuses the 51st member of a room", () => {
      for (let n = 1; n <= 50; n++) joined("lobby", `member ${n}`);
      expect(joined("lobby", "one more").sent).toEqual([{ op: "error", message: "room: full" }]);
    });

    test("refuses the 101st room until another becomes empty", () => {
      const first = joined("room 1", "Ann");
      for (let n = 2; n <= 100; n++) joined(`room ${n}`, "Ann");
      const late = joined("room 101", "Ann");
      expect(late.sent).toEqual([{ op: "error", message: "room: none free" }]);
      first.emit("close");
      late.request({ op: "join", room: "room 101", name: "Ann" });
      expect(late.sent.at(-1)).toMatchObject({ op: "joined" });
    });

    test("terminates a member that does not read, and notifies the other members", () => {
      const ann = joined("lobby", "Ann");
      const bob = joined("lobby", "Bob");
      bob.bufferedAmount = 1024 * 1024 + 1;
      ann.request({ op: "say", text: "Hello?" });
      expect(bob.terminated).toBe(true);
      expect(ann.sent.map(({ op }) => op)).toEqual(
        expect.arrayContaining(["joined", "message", "left"]),
      );
    });

    test("stops reading requests of a client that does not read the replies", () => {
      const ann = joined("lobby", "Ann");
      ann.bufferedAmount = 1024 * 1024 + 1;
      ann.request({ op: "nothing" });
      expect(ann.isPaused).toBe(true);
    });
  });
});
