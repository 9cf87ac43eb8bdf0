import { expect } from "vitest";
import { settle, typesOf } from "../kit.js";
import type { Group, Session } from "../kit.js";

export const closeWhileConnecting: Group = ({ check, start }) => {
  const expectFailure = async ({ socket, events, closed }: Session): Promise<void> => {
    expect(socket.readyState).toBe(2);
    expect(events).toEqual([]);
    const { code, reason, wasClean } = await closed;
    expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(typesOf(events)).toEqual(["error", "close"]);
    await settle();
    expect(events).toHaveLength(2);
  };
  check("fails the connection: error, then close with 1006", async () => {
    const session = start({ answer: "nothing" });
    await expect.poll(session.seen).toBe(true);
    session.socket.close();
    await expectFailure(session);
  });
  check("does so in the turn of the constructor, too", async () => {
    const session = start();
    session.socket.close();
    await expectFailure(session);
  });
  check("ignores code and reason", async () => {
    const session = start({ answer: "nothing" });
    session.socket.close(3000, "bye");
    await expectFailure(session);
  });
  check("a second call changes nothing", async () => {
    const session = start({ answer: "nothing" });
    session.socket.close();
    session.socket.close(3000, "bye");
    await expectFailure(session);
  });
  check("fires no event before the call has returned", async () => {
    const session = start({ answer: "nothing" });
    let isInside = true;
    let wasInside: boolean | undefined;
    session.socket.onerror = () => {
      wasInside = isInside;
    };
    session.socket.close();
    isInside = false;
    await session.closed;
    expect(wasInside).toBe(false);
  });
  check("ends the TCP connection", async () => {
    const { socket, seen, report } = start({ answer: "nothing" });
    await expect.poll(seen).toBe(true);
    socket.close();
    await report("end");
  });
};

export const closingHandshake: Group = ({ check, open, start }) => {
  check("without a code both sides see 1005", async () => {
    const { socket, report, closed, events } = await open();
    socket.close();
    expect((await report("close")).close).toEqual({ code: null, reason: "" });
    expect(await closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("the event has code and reason of the server's frame, not of the own", async () => {
    const { socket, report, closed } = await open({
      steps: [{ until: "close frame" }, { close: 3001, reason: "theirs" }, { tcp: "end" }],
      onClose: "ignore",
    });
    socket.close(3000, "ours");
    expect((await report("close")).close).toEqual({ code: 3000, reason: "ours" });
    expect(await closed).toMatchObject({ code: 3001, reason: "theirs", wasClean: true });
  });
  check("the event has 1005 if the server answers without a code", async () => {
    const { socket, closed } = await open({
      steps: [{ until: "close frame" }, { close: null }, { tcp: "end" }],
      onClose: "ignore",
    });
    socket.close(3000, "ours");
    expect(await closed).toMatchObject({ code: 1005, reason: "", wasClean: true });
  });
  check("a second call changes nothing", async () => {
    const { socket, report, closed, events } = await open();
    socket.close(3000, "first");
    socket.close(3001, "second");
    socket.close();
    await closed;
    socket.close(3002, "third");
    expect((await report("close")).close).toEqual({ code: 3000, reason: "first" });
    await settle();
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of open works", async () => {
    const { closed, events } = start({}, [], (socket) => {
      socket.onopen = () => socket.close(3000);
    });
    expect(await closed).toMatchObject({ code: 3000, wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of close does nothing", async () => {
    const { socket, closed, events } = await open();
    socket.onclose = () => socket.close();
    socket.close();
    await closed;
    await settle();
    expect(socket.readyState).toBe(3);
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check("close in the handler of error does nothing", async () => {
    const { closed, events } = start({ answer: { refuse: "400 Bad Request" } }, [], (socket) => {
      socket.onerror = () => socket.close();
    });
    await closed;
    await settle();
    expect(typesOf(events)).toEqual(["error", "close"]);
  });
  check("messages that were sent before arrive before the close frame", async () => {
    const { socket, report } = await open({ steps: [] });
    for (let i = 0; i < 100; i++) socket.send(String(i));
    socket.send(new Uint8Array(1_000_000));
    socket.close(3000);
    const { messages, close } = await report("close");
    expect(messages).toHaveLength(101);
    expect(close).toEqual({ code: 3000, reason: "" });
  });

  const fromServer: readonly (readonly [string, number | null, string, number])[] = [
    ["no code", null, "", 1005],
    ["1000 and no reason", 1000, "", 1000],
    ["1000 and a reason", 1000, "bye", 1000],
    ["1001", 1001, "away", 1001],
    ["1011", 1011, "oops", 1011],
    ["3000", 3000, "", 3000],
    ["4999", 4999, "x", 4999],
    ["a reason of 123 bytes", 4000, `${"ä".repeat(61)}x`, 4000],
    ["a reason with a byte order mark", 4000, "\ufeffbye", 4000],
  ];
  for (const [what, sent, reason, code] of fromServer) {
    check(`the server closes with ${what}`, async () => {
      const steps = [{ close: sent, reason }];
      const { closed, events, report } = await open({ steps, onClose: "end" });
      expect(await closed).toMatchObject({ code, reason, wasClean: true });
      expect((await report("close")).close?.code).toBe(sent);
      await settle();
      expect(typesOf(events)).toEqual(["open", "close"]);
    });
  }
  check("data after the close frame is ignored", async () => {
    const { closed, events } = await open({
      steps: [{ close: 1000 }, { text: "late" }],
      onClose: "end",
    });
    expect(await closed).toMatchObject({ code: 1000, wasClean: true });
    expect(typesOf(events)).toEqual(["open", "close"]);
  });
  check(
    "close frames of both sides that cross are clean, with the code of the server",
    async () => {
      // The server's frame has arrived with the handshake, when the handler of open closes.
      const { closed, report } = start(
        { steps: [{ close: 3001 }], onClose: "end" },
        [],
        (socket) => {
          socket.onopen = () => socket.close(3000);
        },
      );
      expect(await closed).toMatchObject({ code: 3001, wasClean: true });
      expect((await report("close")).close?.code).toBeGreaterThanOrEqual(3000);
    },
  );
};
