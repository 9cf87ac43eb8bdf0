import { firstValueFrom, retry, take, toArray } from "rxjs";
import { webSocket } from "rxjs/webSocket";
import type { WebSocketSubject, WebSocketSubjectConfig } from "rxjs/webSocket";
import { expect, test } from "vitest";
import { checkLeaks } from "../../helpers/leaks.js";
import { freePort } from "../../helpers/ports.js";
import { WebSocket } from "../class.js";
import { startWsServer } from "../servers/ws-server.js";
import type { WsServer } from "../servers/ws-server.js";

checkLeaks();

function open<T = unknown>(
  url: string,
  options: Partial<WebSocketSubjectConfig<T>> = {},
): WebSocketSubject<T> {
  // #region setup
  const subject = webSocket({
    url,
    WebSocketCtor: WebSocket,
    // #endregion
    ...options,
    // #region setup
  });
  // #endregion
  return subject;
}

interface Update {
  readonly topic: string;
  readonly n: number;
}

/** A server that answers `{ subscribe: topic }` with the updates 0 to 2 of the topic. */
function startTopicServer(): Promise<WsServer & { readonly received: readonly unknown[] }> {
  const received: unknown[] = [];
  return startWsServer({
    onConnection: (socket) =>
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as { readonly subscribe?: string };
        received.push(message);
        if (message.subscribe === undefined) return;
        for (const n of [0, 1, 2]) socket.send(JSON.stringify({ topic: message.subscribe, n }));
      }),
  }).then((server) => ({ ...server, received }));
}

const startEcho = (): Promise<WsServer> =>
  startWsServer({
    onConnection: (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })),
  });

/** Settles when the subject completes, and rejects when it fails. */
const ended = (subject: WebSocketSubject<unknown>): Promise<void> =>
  new Promise((resolve, reject) => {
    subject.subscribe({ complete: resolve, error: reject });
  });

test("multiplex of rxjs serves two topics over one connection, and closes it after the last", async () => {
  await using server = await startTopicServer();
  const subject = open(server.url);
  const topic = (name: string): Promise<unknown[]> => {
    const updates = subject.multiplex(
      () => ({ subscribe: name }),
      () => ({ unsubscribe: name }),
      (message) => (message as Update).topic === name,
    );
    return firstValueFrom(updates.pipe(take(3), toArray()));
  };
  const updates = await Promise.all([topic("a"), topic("b")]);
  const expected = ["a", "b"].map((name) => [0, 1, 2].map((n) => ({ topic: name, n })));
  expect(updates).toEqual(expected);
  expect(await server.connections[0]?.closed).toBe(1005);
  expect(server.connections).toHaveLength(1);
  expect(server.received).toEqual([
    { subscribe: "a" },
    { subscribe: "b" },
    { unsubscribe: "a" },
    { unsubscribe: "b" },
  ]);
});

test("a subject of rxjs completes when the server closes", async () => {
  await using server = await startWsServer({ onConnection: (socket) => socket.close(1000) });
  const closes: CloseEvent[] = [];
  await ended(open(server.url, { closeObserver: { next: (event) => closes.push(event) } }));
  expect(closes).toMatchObject([{ type: "close", code: 1000, wasClean: true }]);
});

test("a subject of rxjs fails when the server cuts the connection, and retry connects anew", async () => {
  await using server = await startWsServer({ onConnection: (socket) => socket.send("1") });
  const opens: Event[] = [];
  const subject = open(server.url, { openObserver: { next: (event) => opens.push(event) } });
  const values: unknown[] = [];
  const errors: unknown[] = [];
  await new Promise<void>((resolve) => {
    subject
      .pipe(
        retry({
          delay: (error) => {
            errors.push(error);
            return [0];
          },
        }),
        take(2),
      )
      .subscribe({
        next: (value) => {
          values.push(value);
          server.cut();
        },
        complete: resolve,
      });
  });
  expect(values).toEqual([1, 1]);
  expect(opens.map(({ type }) => type)).toEqual(["open", "open"]);
  expect(errors).toMatchObject([{ type: "error", error: { code: "CONNECTION_LOST" } }]);
});

test("a subject of rxjs fails if the dial fails", async () => {
  const url = `ws://127.0.0.1:${await freePort()}`;
  await expect(ended(open(url))).rejects.toMatchObject({
    type: "error",
    error: { code: "DIAL_FAILED" },
  });
});

test("complete and error of a rxjs subject close with the codes that they mean", async () => {
  await using server = await startEcho();
  const [first, second] = [open(server.url), open(server.url)];
  const ends = [ended(first), ended(second)];
  for (const [n, subject] of [first, second].entries()) {
    const { socket } = await server.connection(n);
    socket.send('"hello"');
    await firstValueFrom(subject);
  }
  first.complete();
  second.error({ code: 4000, reason: "enough" });
  expect(await Promise.all(server.connections.map(({ closed }) => closed))).toEqual([1005, 4000]);
  await Promise.all(ends);
});

test("rxjs sets binaryType, and its serializer and deserializer get the standard's types", async () => {
  await using server = await startEcho();
  const subject = open<ArrayBuffer>(server.url, {
    binaryType: "arraybuffer",
    serializer: (value) => value,
    deserializer: ({ data }) => data as ArrayBuffer,
  });
  subject.next(new Uint8Array([1, 2, 255]).buffer);
  const value = await firstValueFrom(subject);
  expect(value).toBeInstanceOf(ArrayBuffer);
  expect([...new Uint8Array(value)]).toEqual([1, 2, 255]);
});

test("without binaryType, the deserializer of rxjs gets a Blob", async () => {
  await using server = await startEcho();
  const subject = open<Blob>(server.url, {
    serializer: (value) => value,
    deserializer: ({ data }) => data as Blob,
  });
  subject.next(new Blob(["blob"]));
  const value = await firstValueFrom(subject);
  expect(value).toBeInstanceOf(Blob);
  expect(await value.text()).toBe("blob");
});

test("an exception of the deserializer fails the rxjs subject with that exception", async () => {
  await using server = await startWsServer({ onConnection: (socket) => socket.send("{") });
  await expect(ended(open(server.url))).rejects.toThrow(SyntaxError);
});
