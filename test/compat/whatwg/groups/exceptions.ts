import { expect } from "vitest";
import { TYPES, captureUncaught, setHandler, typesOf } from "../kit.js";
import type { Group } from "../kit.js";

export const exceptions: Group = ({ check, start, open, play }) => {
  for (const type of TYPES) {
    check(`of a handler of ${type} is reported, and the events go on`, async () => {
      const caught = captureUncaught();
      const error = new Error(`on${type}`);
      let calls = 0;
      const { events } = await play((socket) => {
        setHandler(socket, type, () => {
          throw error;
        });
        socket.addEventListener(type, () => calls++);
      });
      const count = type === "message" ? 2 : 1;
      await expect.poll(() => caught).toEqual(Array.from({ length: count }, () => error));
      expect(calls).toBe(count);
      expect(typesOf(events)).toEqual(["open", "message", "message", "error", "close"]);
    });
  }
  check("of several listeners is reported each", async () => {
    const caught = captureUncaught();
    const errors = [new Error("1"), new Error("2")];
    const { opened, socket } = start({}, [], (made) => {
      for (const error of errors) {
        made.addEventListener("open", () => {
          throw error;
        });
      }
    });
    await opened;
    await expect.poll(() => caught).toEqual(errors);
    expect(socket.readyState).toBe(1);
  });
  check("of handleEvent is reported", async () => {
    const caught = captureUncaught();
    const error = new Error("handleEvent");
    const { opened } = start({}, [], (socket) => {
      socket.addEventListener("open", {
        handleEvent() {
          throw error;
        },
      });
    });
    await opened;
    await expect.poll(() => caught).toEqual([error]);
  });
  check("that is no Error is reported unchanged", async () => {
    const caught = captureUncaught();
    const { opened } = start({}, [], (socket) => {
      socket.onopen = () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- any value can be thrown
        throw "text";
      };
    });
    await opened;
    await expect.poll(() => caught).toEqual(["text"]);
  });
  check("of dispatchEvent is reported, not thrown", async () => {
    const caught = captureUncaught();
    const { socket } = await open();
    const error = new Error("x");
    socket.onmessage = () => {
      throw error;
    };
    expect(socket.dispatchEvent(new Event("message"))).toBe(true);
    await expect.poll(() => caught).toEqual([error]);
  });
  check("does not keep the connection from working", async () => {
    const caught = captureUncaught();
    const {
      socket,
      messages: received,
      closed,
    } = start({}, [], (made) => {
      made.onopen = made.onmessage = () => {
        throw new Error("x");
      };
    });
    await expect.poll(() => socket.readyState).toBe(1);
    for (let i = 0; i < 5; i++) socket.send(String(i));
    expect(await received(5)).toEqual(["0", "1", "2", "3", "4"]);
    socket.close(3000);
    expect((await closed).wasClean).toBe(true);
    await expect.poll(() => caught.length).toBe(6);
  });
};
