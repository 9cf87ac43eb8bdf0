import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../../src/node.js";
import type { CloseInfo } from "../../src/protocol/close.js";
import type { WebSocketClass } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { checkLeaks } from "../helpers/leaks.js";
import { startRawServer } from "../helpers/raw-server.js";
import { ms } from "../helpers/time.js";
import { rejectionOf, sleep, timeOf } from "./support.js";

checkLeaks();

type CloseListener = ((event: { code: number; reason: string }) => void) | null;

/** What is used of `ws` here; its own types have `onclose` for a property, which it is not. */
interface Socket {
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown;
  emit(event: "error", error: Error): unknown;
  close(code?: number, reason?: string): void;
  terminate(): void;
}
const Base = WebSocket as unknown as new (url: string, protocols?: string[]) => Socket;

/**
 * `ws` in the W3C's shape, over real sockets, that tells of its end as `tell` says: platforms forget to,
 * do it twice, too early, or with codes of their own.
 */
class OddSocket extends Base {
  #listener: CloseListener = null;

  constructor(url: string, protocols?: string[]) {
    super(url, protocols);
    this.on("close", (code, reason) => this.tell(code, reason.toString()));
  }

  get onclose(): CloseListener {
    return this.#listener;
  }

  set onclose(listener: CloseListener) {
    this.#listener = listener;
  }

  /** Tells as any other would. */
  protected tell(code: number, reason: string): void {
    this.#listener?.({ code, reason });
  }
}

/** Opens a client on such a class, and closes it with 3001. */
async function closeBy(Odd: typeof OddSocket): Promise<CloseInfo> {
  await using server = await startEchoServer();
  const webSocket = Odd as unknown as WebSocketClass;
  const client = await connect(server.url, { webSocket, closeTimeout: ms(200) });
  const closed = client.close(3001, "done");
  let settled = 0;
  void client.closed.then(() => settled++);
  expect(await timeOf(closed)).toBeLessThan(ms(600));
  const info = await closed;
  // Whatever still comes changes nothing.
  await sleep(50);
  expect(settled).toBe(1);
  expect(await client.closed).toBe(info);
  expect(client.state).toBe("closed");
  expect((await (await server.connection()).closed).code).toBe(3001);
  return info;
}

const CLEAN = { code: 3001, reason: "done", clean: true, by: "local", sentCode: 3001 };
const CUT = { ...CLEAN, clean: false };

describe("a platform's WebSocket that is closed here, and", () => {
  test("never fires close", async () => {
    class Silent extends OddSocket {
      protected override tell(): void {
        // Not a word.
      }
    }
    expect(await closeBy(Silent)).toEqual(CUT);
  });

  test("fires it from within close()", async () => {
    class Hasty extends OddSocket {
      override close(code?: number, reason?: string): void {
        this.tell(code ?? 1005, reason ?? "");
        super.close(code, reason);
      }
    }
    expect(await closeBy(Hasty)).toEqual(CLEAN);
  });

  test("fires it twice", async () => {
    class Repeating extends OddSocket {
      protected override tell(code: number, reason: string): void {
        super.tell(code, reason);
        super.tell(1006, "");
      }
    }
    expect(await closeBy(Repeating)).toEqual(CLEAN);
  });

  test("has 0 for a code, as Deno does for 1006", async () => {
    class Zero extends OddSocket {
      protected override tell(): void {
        super.tell(0, "");
      }
    }
    expect(await closeBy(Zero)).toEqual(CUT);
  });

  test("fires an error in place of it", async () => {
    class Failing extends OddSocket {
      protected override tell(): void {
        this.emit("error", new Error("in place of close"));
      }
    }
    expect(await closeBy(Failing)).toEqual(CUT);
  });

  test("fires an error behind it", async () => {
    class Grumbling extends OddSocket {
      protected override tell(code: number, reason: string): void {
        super.tell(code, reason);
        this.emit("error", new Error("late"));
      }
    }
    expect(await closeBy(Grumbling)).toEqual(CLEAN);
  });

  test("whose peer never answers", async () => {
    await using server = await startRawServer();
    const webSocket = WebSocket as unknown as WebSocketClass;
    const client = await connect(server.url, { webSocket, closeTimeout: ms(200) });
    const closed = client.close(3001, "done");
    expect(await timeOf(closed)).toBeLessThan(ms(600));
    expect(await closed).toEqual(CUT);
    expect(client.close()).toBe(closed);
    (await server.connection()).reset();
  });
});

describe("a platform's WebSocket that ends by itself, and", () => {
  test.each<[string, number, string]>([
    ["has 0 for a code", 0, ""],
    ["has a reason without a close frame, as workerd does", 1006, "WebSocket disconnected"],
  ])("%s, is a lost connection", async (_, code, reason) => {
    class Odd extends OddSocket {
      protected override tell(): void {
        super.tell(code, reason);
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

test("a platform's WebSocket that fails and never closes, as workerd's does over 32 MiB, is lost", async () => {
  class Failing extends OddSocket {
    protected override tell(): void {
      this.emit("error", new Error("in place of close"));
    }
  }
  await using server = await startEchoServer();
  const webSocket = Failing as unknown as WebSocketClass;
  const client = await connect(server.url, { webSocket, closeTimeout: ms(100) });
  (await server.connection()).ws.terminate();
  expect(await client.closed).toMatchObject({ code: 1006, error: { code: "CONNECTION_LOST" } });
});

describe("a platform's WebSocket that is not open yet, and", () => {
  test("fires error and close from within close() does not disturb an abort", async () => {
    class Hasty extends OddSocket {
      override close(): void {
        this.emit("error", new Error("closed before it was open"));
        this.tell(1006, "");
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
    expect(await rejectionOf(dialled)).toMatchObject({ code: "ABORTED", cause: "enough" });
    await server.idle();
  });

  test("throws in close() does not disturb it, either", async () => {
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
    expect((await rejectionOf(dialled)).code).toBe("DIAL_TIMEOUT");
    await server.idle();
  });

  test("tells of a refusal by an error alone, as Node 22 does, has failed at once", async () => {
    class Silent extends OddSocket {
      protected override tell(): void {
        // Not a word.
      }
    }
    await using server = await startRawServer({ onRequest: (one) => one.refuse("503 Busy") });
    const dialled = connect(server.url, { webSocket: Silent as unknown as WebSocketClass });
    expect(await rejectionOf(dialled)).toMatchObject({
      code: "DIAL_FAILED",
      retryable: true,
      details: { opaque: true },
    });
  });
});
