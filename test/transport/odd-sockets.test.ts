import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../../src/node.js";
import type { CloseInfo } from "../../src/protocol/close.js";
import type { WebSocketClass } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { sleep, timeOf } from "./support.js";

checkLeaks();

type CloseListener = ((event: { code: number; reason: string }) => void) | null;

/** The part of `ws` that these tests use. Its own types declare `onclose` as a property; it is an accessor. */
interface Socket {
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown;
  emit(event: "error", error: Error): unknown;
  close(code?: number, reason?: string): void;
  terminate(): void;
}
const Base = WebSocket as unknown as new (url: string, protocols?: string[]) => Socket;

/**
 * A WebSocket over real sockets that fires `close` as its method `fireClose` does. Subclasses imitate
 * platforms that never fire it, fire it twice or too early, or with codes of their own.
 */
class OddSocket extends Base {
  #listener: CloseListener = null;

  constructor(url: string, protocols?: string[]) {
    super(url, protocols);
    this.on("close", (code, reason) => this.fireClose(code, reason.toString()));
  }

  get onclose(): CloseListener {
    return this.#listener;
  }

  set onclose(listener: CloseListener) {
    this.#listener = listener;
  }

  /** Fires `close` once, with the code and reason of the connection. */
  protected fireClose(code: number, reason: string): void {
    this.#listener?.({ code, reason });
  }
}

/** Opens a client with this WebSocket class, and closes it with 3001. */
async function closeBy(Odd: typeof OddSocket): Promise<CloseInfo> {
  await using server = await startEchoServer();
  const webSocket = Odd as unknown as WebSocketClass;
  const client = await connect(server.url, { webSocket, closeTimeout: ms(200) });
  const closed = client.close(3001, "done");
  let settled = 0;
  void client.closed.then(() => settled++);
  expect(await timeOf(closed)).toBeLessThan(ms(600));
  const info = await closed;
  // Events that arrive later must not change the result.
  await sleep(50);
  expect(settled).toBe(1);
  expect(await client.closed).toBe(info);
  expect(client.state).toBe("closed");
  expect((await (await server.connection()).closed).code).toBe(3001);
  return info;
}

const CLEAN = { code: 3001, reason: "done", clean: true, by: "local", sentCode: 3001 };
const NOT_CLEAN = { ...CLEAN, clean: false };

describe("close() of a client settles if the platform's WebSocket", () => {
  test("never fires `close`", async () => {
    class Silent extends OddSocket {
      protected override fireClose(): void {
        // This platform fires no event.
      }
    }
    expect(await closeBy(Silent)).toEqual(NOT_CLEAN);
  });

  test("fires `close` inside its close()", async () => {
    class Hasty extends OddSocket {
      override close(code?: number, reason?: string): void {
        this.fireClose(code ?? 1005, reason ?? "");
        super.close(code, reason);
      }
    }
    expect(await closeBy(Hasty)).toEqual(CLEAN);
  });

  test("fires `close` twice", async () => {
    class Repeating extends OddSocket {
      protected override fireClose(code: number, reason: string): void {
        super.fireClose(code, reason);
        super.fireClose(1006, "");
      }
    }
    expect(await closeBy(Repeating)).toEqual(CLEAN);
  });

  test("fires `close` with the code 0, as Deno does for 1006", async () => {
    class Zero extends OddSocket {
      protected override fireClose(): void {
        super.fireClose(0, "");
      }
    }
    expect(await closeBy(Zero)).toEqual(NOT_CLEAN);
  });

  test("fires `error` instead of `close`", async () => {
    class Failing extends OddSocket {
      protected override fireClose(): void {
        this.emit("error", new Error("instead of close"));
      }
    }
    expect(await closeBy(Failing)).toEqual(NOT_CLEAN);
  });

  test("fires `error` after `close`", async () => {
    class Grumbling extends OddSocket {
      protected override fireClose(code: number, reason: string): void {
        super.fireClose(code, reason);
        this.emit("error", new Error("late"));
      }
    }
    expect(await closeBy(Grumbling)).toEqual(CLEAN);
  });

  test("gets no answer from its peer", async () => {
    await using server = await startRawServer();
    const webSocket = WebSocket as unknown as WebSocketClass;
    const client = await connect(server.url, { webSocket, closeTimeout: ms(200) });
    const closed = client.close(3001, "done");
    expect(await timeOf(closed)).toBeLessThan(ms(600));
    expect(await closed).toEqual(NOT_CLEAN);
    expect(client.close()).toBe(closed);
    (await server.connection()).reset();
  });
});

describe("a platform's WebSocket that ends without a close by the client, and", () => {
  test.each<[string, number, string]>([
    ["reports the code 0", 0, ""],
    ["reports a reason without a close frame, as workerd does", 1006, "WebSocket disconnected"],
  ])("%s, is reported as CONNECTION_LOST", async (_, code, reason) => {
    class Odd extends OddSocket {
      protected override fireClose(): void {
        super.fireClose(code, reason);
      }
    }
    await using server = await startEchoServer();
    const client = await connect(server.url, { webSocket: Odd as unknown as WebSocketClass });
    (await server.connection()).ws.terminate();
    const { error, ...info } = await client.closed;
    expect(info).toEqual({ code: 1006, reason: "", clean: false, by: "none" });
    expect(error).toMatchObject({ code: "CONNECTION_LOST", retryable: true });
  });
});

test("a platform's WebSocket that fires `error` and never `close`, as workerd's does over 32 MiB, is reported as CONNECTION_LOST", async () => {
  class Failing extends OddSocket {
    protected override fireClose(): void {
      this.emit("error", new Error("instead of close"));
    }
  }
  await using server = await startEchoServer();
  const webSocket = Failing as unknown as WebSocketClass;
  const client = await connect(server.url, { webSocket, closeTimeout: ms(100) });
  (await server.connection()).ws.terminate();
  expect(await client.closed).toMatchObject({ code: 1006, error: { code: "CONNECTION_LOST" } });
});

describe("a dial whose WebSocket", () => {
  test("fires `error` and `close` inside close() still rejects with ABORTED after an abort", async () => {
    class Hasty extends OddSocket {
      override close(): void {
        this.emit("error", new Error("closed before it was open"));
        this.fireClose(1006, "");
        this.terminate();
      }
    }
    await using server = await startRawServer({ onRequest: () => {} });
    const controller = new AbortController();
    const dialled = connect(server.url, {
      webSocket: Hasty as unknown as WebSocketClass,
      signal: controller.signal,
    });
    await server.connection();
    controller.abort("enough");
    expect(await failure(dialled)).toMatchObject({ code: "ABORTED", cause: "enough" });
    await server.idle();
  });

  test("throws in close() still rejects with DIAL_TIMEOUT", async () => {
    class Throwing extends OddSocket {
      override close(): void {
        this.terminate();
        throw new Error("not open");
      }
    }
    await using server = await startRawServer({ onRequest: () => {} });
    const dialled = connect(server.url, {
      webSocket: Throwing as unknown as WebSocketClass,
      dialTimeout: ms(100),
    });
    expect((await failure(dialled)).code).toBe("DIAL_TIMEOUT");
    await server.idle();
  });

  test("reports a refusal only by `error`, as Node 22 does, fails at once", async () => {
    class Silent extends OddSocket {
      protected override fireClose(): void {
        // This platform fires no event.
      }
    }
    await using server = await startRawServer({ onRequest: (one) => one.refuse("503 Busy") });
    const dialled = connect(server.url, { webSocket: Silent as unknown as WebSocketClass });
    expect(await failure(dialled)).toMatchObject({
      code: "DIAL_FAILED",
      retryable: true,
      details: { opaque: true },
    });
  });
});
