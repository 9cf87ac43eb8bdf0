import { describe, expect, test } from "vitest";
import { connect } from "../../src/node.js";
import type { CloseInfo } from "../../src/node.js";
import { failure, failureCode } from "../helpers/failure.js";
import { closeFrame, closeOf, frame, OPCODE, textFrame } from "../helpers/frames.js";
import { checkLeaks } from "../helpers/leaks.js";
import { keepHalfOpen, startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { readAll, sleep, STALLING_BYTES, timeOf } from "./support.js";

checkLeaks();

describe("a close by the peer", () => {
  test("is not changed by bytes that arrive in pieces after the close frame", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    const after = textFrame("after");
    peer.write(textFrame("before"), closeFrame(1000, "bye"), after.subarray(0, 4));
    await peer.closeFrame();
    peer.write(after.subarray(4), textFrame("more"));
    peer.socket.end();
    expect(await readAll(client)).toEqual({ texts: ["before"] });
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
    await server.idle();
  });

  interface Row {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly info: Partial<CloseInfo>;
    readonly error?: Record<string, unknown>;
    readonly answer: number;
  }
  const byPeer = (code: number, kind: string | undefined, retryable = false): Row => ({
    name: `with ${code}`,
    bytes: closeFrame(code, "why"),
    info: { code, reason: "why", clean: true, by: "peer" },
    ...(kind && {
      error: {
        code: "CLOSED_BY_PEER",
        kind,
        retryable,
        details: { closeCode: code, reason: "why" },
      },
    }),
    answer: code,
  });
  const invalid = (name: string, bytes: Uint8Array, answer: number): Row => ({
    name,
    bytes,
    info: { code: answer, clean: false, by: "local", sentCode: answer },
    error: { code: "PROTOCOL_ERROR", kind: "INTERNAL", retryable: false },
    answer,
  });
  const rows: Row[] = [
    byPeer(1000, undefined),
    byPeer(1001, undefined),
    {
      name: "without a code",
      bytes: closeFrame(),
      info: { code: 1005, reason: "", clean: true, by: "peer" },
      answer: 1005,
    },
    byPeer(1002, "INTERNAL"),
    byPeer(1003, "INTERNAL"),
    byPeer(1007, "INTERNAL"),
    byPeer(1008, "PERMISSION_DENIED"),
    byPeer(1009, "INTERNAL"),
    byPeer(1010, "INTERNAL"),
    byPeer(1011, "INTERNAL", true),
    byPeer(1012, "UNAVAILABLE", true),
    byPeer(1013, "UNAVAILABLE", true),
    byPeer(1014, "UNAVAILABLE", true),
    byPeer(3000, "PERMISSION_DENIED"),
    byPeer(3003, "PERMISSION_DENIED"),
    byPeer(3008, "TIMEOUT", true),
    byPeer(3999, "INTERNAL"),
    byPeer(4000, "INTERNAL"),
    byPeer(4999, "INTERNAL"),
    invalid("with 999", closeFrame(999), 1002),
    invalid("with 1004", closeFrame(1004), 1002),
    invalid("with 1005 on the wire", closeFrame(1005), 1002),
    invalid("with 1006 on the wire", closeFrame(1006), 1002),
    invalid("with 1015 on the wire", closeFrame(1015), 1002),
    invalid("with 1016", closeFrame(1016), 1002),
    invalid("with 2999", closeFrame(2999), 1002),
    invalid("with 5000", closeFrame(5000), 1002),
    invalid("with one byte", frame({ opcode: OPCODE.CLOSE, payload: "x" }), 1002),
    invalid("with a reason that is not UTF-8", closeFrame(1000, Buffer.from([0xff, 0xfe])), 1007),
    invalid("of 126 bytes", closeFrame(1000, "x".repeat(124)), 1002),
    invalid("in fragments", frame({ opcode: OPCODE.CLOSE, fin: false }), 1002),
  ];

  test.each(rows)("$name", async ({ bytes, info, error, answer }) => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("last"), bytes])),
    });
    const client = await connect(server.url);
    const reading = readAll(client);
    const peer = await server.connection();
    expect(closeOf(await peer.closeFrame()).code).toBe(answer);
    peer.socket.end();
    const { texts, error: thrown } = await reading;
    expect(texts).toEqual(["last"]);
    const closed = await client.closed;
    expect(closed).toMatchObject(info);
    if (error) expect(closed.error).toMatchObject(error);
    else expect(closed.error).toBeUndefined();
    // The loop returns after a normal end, and throws the error of `closed` after any other.
    expect(thrown).toBe(closed.error);
    expect(client.state).toBe("closed");
    const late = await failure(client.send("late"));
    expect(late).toMatchObject({ code: "CLOSED", retryable: closed.error?.retryable ?? false });
    expect(late.cause).toBe(closed.error);
    await server.idle();
  });

  test("is noticed at once, although the peer leaves the connection open", async () => {
    await using server = await startRawServer({
      onRequest: (peer) => peer.accept({}, Buffer.concat([textFrame("last"), closeFrame(1008)])),
    });
    const client = await connect(server.url, { closeTimeout: ms(300) });
    keepHalfOpen(await server.connection());
    expect(await client.receive()).toMatchObject({ ok: true });
    await expect.poll(() => client.state, { timeout: ms(200) }).not.toBe("open");
    expect(await timeOf(client.closed)).toBeLessThan(ms(1_000));
    expect(await client.closed).toMatchObject({ code: 1008, clean: true, by: "peer" });
  });

  test("is not clean if the peer has stopped reading", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(300) });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STALLING_BYTES));
    const flushed = client.flush();
    await sleep(50);
    peer.write(closeFrame(1000, "bye"));
    expect(await failureCode(flushed)).toBe("CLOSED");
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1000, reason: "bye", by: "peer" });
    expect(info.clean).toBe(false);
  });

  test.each([
    ["", {}],
    [", with a readTimeout", { readTimeout: ms(400) }],
    [", with a writeTimeout", { writeTimeout: ms(400) }],
  ])("is reported with its code and reason if the peer stops reading%s", async (_, options) => {
    await using server = await startRawServer();
    const client = await connect(server.url, { closeTimeout: ms(700), ...options });
    const peer = await server.connection();
    peer.socket.pause();
    void client.send(new Uint8Array(STALLING_BYTES));
    peer.write(closeFrame(1013, "later"));
    await expect.poll(() => client.state, { timeout: ms(300), interval: 5 }).toBe("closing");
    expect(await failureCode(client.send("late"))).toBe("CLOSED");
    expect(await timeOf(client.closed)).toBeLessThan(ms(1_500));
    const info = await client.closed;
    expect(info).toMatchObject({ code: 1013, reason: "later", clean: false, by: "peer" });
    expect(info.sentCode).toBeUndefined();
    expect(info.error).toMatchObject({
      code: "CLOSED_BY_PEER",
      kind: "UNAVAILABLE",
      retryable: true,
      details: { closeCode: 1013, reason: "later" },
    });
  });

  test("is clean although a ping is sent after the close frame, which arrived with the last message", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(textFrame("bye"), closeFrame(1000));
    expect(await client.receive()).toMatchObject({ value: { data: "bye" } });
    expect(await failureCode(client.ping())).toBe("CLOSED");
    await peer.closeFrame();
    peer.socket.end();
    expect(await client.closed).toEqual({ code: 1000, reason: "", clean: true, by: "peer" });
    // Frames that are sent in the turn of the last message are written before the answer to the close frame.
    expect(peer.frames.map((one) => one.opcode)).toEqual([OPCODE.PING, OPCODE.CLOSE]);
  });

  test("is clean if the peer resets after it", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    peer.write(closeFrame(1000, "bye"));
    await peer.closeFrame();
    peer.reset();
    expect(await client.closed).toEqual({ code: 1000, reason: "bye", clean: true, by: "peer" });
  });

  test("is answered after the messages that were sent, and later sends reject", async () => {
    await using server = await startRawServer();
    const client = await connect(server.url);
    const peer = await server.connection();
    await client.send("before");
    peer.write(closeFrame(1000));
    // The server leaves TCP open, so the client ends it a second later.
    await client.closed;
    expect(await failureCode(client.send("after"))).toBe("CLOSED");
    expect(await failureCode(client.ping())).toBe("CLOSED");
    expect(await failureCode(client.flush())).toBe("CLOSED");
    expect(peer.frames.map((one) => one.opcode)).toEqual([OPCODE.TEXT, OPCODE.CLOSE]);
    expect(client.bufferedAmount).toBe(0);
  });
});
