import { closeOf, frame, OPCODE } from "../../helpers/frames.js";
import type { Frame } from "../../helpers/frames.js";
import { Condition } from "../../helpers/condition.js";
import { startRawServer } from "../../helpers/raw-server.js";
import type { RawConnection } from "../../helpers/raw-server.js";
import type { Report, Script, ScriptServer, Step } from "./script.js";

const DEFLATE = { "Sec-WebSocket-Extensions": "permessage-deflate" };

/** Starts a server that plays the scripts in the URLs of its connections: see script.ts. */
export async function startScriptServer(): Promise<ScriptServer> {
  const players = new Map<string, Player>();
  const server = await startRawServer({
    // Refuses TLS, whose first byte is 22.
    onConnection: ({ socket }) => socket.once("data", ([first]) => first === 22 && socket.end()),
    onRequest: (connection) => {
      const { searchParams: query } = new URL(connection.request?.path ?? "", "http://localhost");
      const about = query.get("about");
      if (about !== null) {
        void answerQuestion(connection, players.get(about), query.get("question") ?? "");
        return;
      }
      const script = JSON.parse(query.get("script") ?? "{}") as Script;
      const player = new Player(connection, script);
      players.set(query.get("id") ?? "", player);
      void player.play();
    },
  });
  return {
    url: server.url,
    async stop() {
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Answers an HTTP request of a test about a connection. */
async function answerQuestion(
  asked: RawConnection,
  player: Player | undefined,
  question: string,
): Promise<void> {
  const answer = await (player?.answer(question) ?? false);
  // Pages of any origin may ask. A connection that a client keeps alive would outlive the test.
  const headers = { "Access-Control-Allow-Origin": "*", Connection: "close" };
  asked.refuse("200 OK", headers, JSON.stringify(answer));
  asked.socket.end();
}

/** Plays the script of one connection. */
class Player {
  readonly #connection: RawConnection;
  readonly #script: Script;
  readonly #changed = new Condition();
  readonly #messages: (string | readonly number[])[] = [];
  readonly #frames: Frame[] = [];
  /** The frames of the message that is being received. */
  #fragments: Frame[] = [];
  #close: Report["close"] = null;
  #sentClose = false;
  #isReleased = false;

  constructor(connection: RawConnection, script: Script) {
    this.#connection = connection;
    this.#script = script;
    connection.onFrame = (received) => this.#onFrame(received);
    void connection.closed.then(this.#changed.notify);
  }

  async play(): Promise<void> {
    const { answer = { accept: {} }, steps = [] } = this.#script;
    const connection = this.#connection;
    const { request, socket } = connection;
    if (answer === "nothing") return;
    if (answer === "end") {
      socket.end();
      return;
    }
    if (answer === "challenge") {
      if (request?.headers.authorization === undefined) {
        connection.refuse("401 Unauthorized", { "WWW-Authenticate": 'Basic realm="test"' });
        socket.end();
        return;
      }
    } else if ("write" in answer) {
      connection.write(answer.write);
      return;
    } else if ("refuse" in answer) {
      connection.refuse(answer.refuse, answer.headers);
      socket.end();
      return;
    }
    // Sends the handshake response in the same segment as the first frames.
    socket.cork();
    const { accept, deflate = false } = typeof answer === "object" ? answer : { accept: {} };
    const offer = request?.headers["sec-websocket-extensions"] ?? "";
    const isDeflated = deflate && offer.includes("permessage-deflate");
    connection.accept({ ...accept, ...(isDeflated && DEFLATE) });
    for (const step of steps) await this.#take(step);
    socket.uncork();
  }

  async answer(question: string): Promise<unknown> {
    const { socket } = this.#connection;
    if (question === "seen") return true;
    if (question === "drop") socket.destroy();
    if (question === "release") {
      this.#isReleased = true;
      this.#changed.notify();
    }
    if (question === "drop" || question === "release") return true;
    const [what, count] = question.split("-");
    await this.#until(() => {
      if (what === "messages") return this.#messages.length >= Number(count);
      return what === "close" && this.#close !== null;
    });
    return this.#report();
  }

  #report(): Report {
    const { path = "", headers = {} } = this.#connection.request ?? {};
    return {
      request: { ...headers, ":path": path },
      messages: this.#messages,
      close: this.#close,
      masked: this.#frames.every(({ masked }) => masked),
    };
  }

  async #take(step: Step): Promise<void> {
    const connection = this.#connection;
    const bytes = bytesOf(step);
    if (bytes) {
      if ("close" in step) this.#sentClose = true;
      connection.write(bytes);
      return;
    }
    connection.socket.uncork();
    if ("untilMessages" in step) {
      await this.#until(() => this.#messages.length >= step.untilMessages);
    } else if ("until" in step) {
      await this.#until(() =>
        step.until === "released" ? this.#isReleased : this.#close !== null,
      );
    } else if ("tcp" in step) {
      if (step.tcp === "reset") connection.reset();
      else connection.socket.end();
    } else {
      connection.socket.pause();
    }
    connection.socket.cork();
  }

  #until(holds: () => boolean): Promise<void> {
    return this.#changed.until(() => holds() || this.#connection.socket.destroyed);
  }

  #onFrame(received: Frame): void {
    this.#frames.push(received);
    const { opcode } = received;
    if (opcode === OPCODE.CLOSE) this.#onCloseFrame(received);
    else if (opcode !== OPCODE.PING && opcode !== OPCODE.PONG) this.#onDataFrame(received);
    this.#changed.notify();
  }

  #onDataFrame(received: Frame): void {
    this.#fragments.push(received);
    if (!received.fin) return;
    const opcode = this.#fragments[0]?.opcode ?? OPCODE.BINARY;
    const payload = Buffer.concat(this.#fragments.map((fragment) => fragment.payload));
    this.#fragments = [];
    this.#messages.push(opcode === OPCODE.TEXT ? payload.toString() : [...payload]);
    if (this.#script.steps === undefined) this.#connection.write(frame({ opcode, payload }));
  }

  #onCloseFrame(received: Frame): void {
    const { code, reason } = closeOf(received);
    this.#close = { code: received.payload.length === 0 ? null : code, reason };
    const { onClose = "answer" } = this.#script;
    if (onClose === "ignore") return;
    const { socket } = this.#connection;
    if (onClose === "answer" && !this.#sentClose) {
      const head = received.payload.subarray(0, 2);
      this.#connection.write(frame({ opcode: OPCODE.CLOSE, payload: head }));
    }
    socket.end();
  }
}

/** Returns the bytes of a step that sends a frame. */
function bytesOf(step: Step): Buffer | undefined {
  if ("text" in step) return frame({ opcode: OPCODE.TEXT, payload: step.text });
  if ("binary" in step)
    return frame({ opcode: OPCODE.BINARY, payload: Uint8Array.from(step.binary) });
  if ("ping" in step) return frame({ opcode: OPCODE.PING, payload: step.ping });
  if ("close" in step) {
    if (step.close === null) return frame({ opcode: OPCODE.CLOSE });
    const head = Buffer.alloc(2);
    head.writeUInt16BE(step.close);
    const payload = Buffer.concat([head, toBytes(step.reason)]);
    return frame({ opcode: OPCODE.CLOSE, payload });
  }
  if ("frame" in step) return frame({ ...step.frame, payload: toBytes(step.frame.payload) });
  return undefined;
}

function toBytes(payload: string | readonly number[] = ""): Buffer {
  return typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
}
