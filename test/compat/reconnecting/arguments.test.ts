// The first two arguments of the constructor: values and functions.
import { describe, expect } from "vitest";
import { checkTraces, echoServer, EventLog, quiet, rawServer, refusingServer } from "./support.js";
import { HOUR, promise } from "./subjects.js";

checkTraces();

const NO_FUNCTION = { "reconnecting-websocket": { untested: "takes no function for protocols" } };
const REJECTION = { untested: "never tries again, and leaves the rejection unhandled" };

/** Returns the paths of the requests that a server has received. */
function paths(server: { readonly connections: readonly { request?: unknown }[] }): unknown[] {
  return server.connections.map(({ request }) => {
    const { url, path } = request as { url?: string; path?: string };
    return url ?? path;
  });
}

describe("the URL", () => {
  promise("can be a string", async ({ make }) => {
    const server = await echoServer();
    const socket = make(`${server.url}path?query=1`);
    await new EventLog(socket).next("open");
    expect(socket.url).toBe(`${server.url}path?query=1`);
    expect(paths(server)).toEqual(["/path?query=1"]);
  });

  promise("can be a function, which is called for each attempt", async ({ make }) => {
    const server = await echoServer();
    let calls = 0;
    const socket = make(() => `${server.url}${++calls}`);
    const events = new EventLog(socket);
    for (let n = 0; n < 3; n++) {
      await events.next("open", n);
      expect(socket.url).toBe(`${server.url}${n + 1}`);
      (await server.connection(n)).ws.close(1001);
    }
    await events.next("open", 3);
    expect(calls).toBe(4);
    expect(paths(server)).toEqual(["/1", "/2", "/3", "/4"]);
  });

  promise("is not asked of its function before the constructor has returned", async ({ make }) => {
    const server = await echoServer();
    let hasReturned = false;
    let early = false;
    const socket = make(() => {
      early ||= !hasReturned;
      return server.url;
    });
    hasReturned = true;
    await new EventLog(socket).next("open");
    expect(early).toBe(false);
  });

  promise("can be an async function, which is called for each attempt", async ({ make }) => {
    const server = await refusingServer(2);
    let calls = 0;
    const socket = make(async () => {
      await quiet(2);
      return `${server.url}${++calls}`;
    });
    await new EventLog(socket).next("open");
    expect(socket.url).toBe(`${server.url}3`);
    expect(paths(server)).toEqual(["/1", "/2", "/3"]);
  });

  promise("is awaited: no dial begins before the function has an answer", async ({ make }) => {
    const server = await echoServer();
    let answer: (url: string) => void = () => {};
    const url = new Promise<string>((resolve) => (answer = resolve));
    const socket = make(() => url);
    const events = new EventLog(socket);
    await quiet();
    expect(socket.readyState).toBe(socket.CONNECTING);
    expect(server.sockets).toBe(0);
    answer(server.url);
    await events.next("open");
    expect(server.sockets).toBe(1);
  });

  for (const [how, fail] of [
    ["throws", () => raise()],
    ["rejects", async () => raise()],
  ] as const) {
    promise(
      `makes the attempt fail if the function ${how}: one error event, then the next attempt`,
      async ({ make }) => {
        const server = await echoServer();
        let calls = 0;
        const socket = make((): never => {
          if (++calls <= 2) return fail() as never;
          return server.url as never;
        });
        const events = new EventLog(socket);
        await events.next("open");
        expect(calls).toBe(3);
        expect(events.of("error")).toHaveLength(2);
        expect(server.sockets).toBe(1);
      },
      { "reconnecting-websocket": REJECTION },
    );
  }

  promise(
    "makes the attempt fail if the function returns no URL",
    async ({ make }) => {
      const server = await echoServer();
      const urls = ["not a URL", "ftp://127.0.0.1/", server.url];
      const socket = make(() => urls.shift() ?? "");
      const events = new EventLog(socket);
      await events.next("open");
      expect(urls).toEqual([]);
      expect(events.of("error")).toHaveLength(2);
    },
    { "reconnecting-websocket": REJECTION },
  );
});

function raise(): never {
  throw new Error("no token");
}

describe("the protocols", () => {
  for (const [what, given, header] of [
    ["a string", "a", "a"],
    ["a list", ["a", "b"], "a,b"],
    ["an empty list", [], undefined],
    ["null", null, undefined],
    ["undefined", undefined, undefined],
  ] as const) {
    promise(`can be ${what}`, async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url, typeof given === "object" && given ? [...given] : given);
      await new EventLog(socket).next("open");
      const { request } = await server.connection();
      const asked = request.headers["sec-websocket-protocol"]?.replaceAll(" ", "");
      expect(asked).toBe(header);
      expect(socket.protocol).toBe(header?.[0] ?? "");
    });
  }

  const values = (): (string | string[] | null)[] => ["p1", ["p2", "p3"], null, "p4"];
  for (const [what, next] of [
    ["a function", (left: ReturnType<typeof values>) => () => left.shift() ?? null],
    ["an async function", (left: ReturnType<typeof values>) => async () => left.shift() ?? null],
  ] as const) {
    promise(
      `can be ${what}, which is called for each attempt`,
      async ({ make }) => {
        const server = await echoServer();
        const socket = make(server.url, next(values()));
        const events = new EventLog(socket);
        for (const [n, expected] of ["p1", "p2", ""].entries()) {
          await events.next("open", n);
          expect(socket.protocol).toBe(expected);
          (await server.connection(n)).ws.close(1001);
        }
        await events.next("open", 3);
        const asked = server.connections.map(
          ({ request }) => request.headers["sec-websocket-protocol"],
        );
        expect(asked.map((names) => names?.replaceAll(" ", ""))).toEqual([
          "p1",
          "p2,p3",
          undefined,
          "p4",
        ]);
      },
      NO_FUNCTION,
    );
  }

  promise(
    "make the attempt fail if the function rejects: one error event, then the next attempt",
    async ({ make }) => {
      const server = await echoServer();
      let calls = 0;
      const socket = make(server.url, async () => (++calls < 2 ? raise() : "a"));
      const events = new EventLog(socket);
      await events.next("open");
      expect(events.of("error")).toHaveLength(1);
      expect(socket.protocol).toBe("a");
    },
    NO_FUNCTION,
  );

  promise("make the attempt fail if the server selects another one", async ({ make }) => {
    let requests = 0;
    const server = await rawServer({
      onRequest: (connection) =>
        connection.accept({ "Sec-WebSocket-Protocol": requests++ === 0 ? "b" : "a" }),
    });
    const socket = make(server.url, ["a"]);
    const events = new EventLog(socket);
    await events.next("open");
    expect(events.of("error")).toHaveLength(1);
    expect(socket.protocol).toBe("a");
    expect(server.connections).toHaveLength(2);
  });
});

describe("the options", () => {
  promise("with startClosed make it wait for reconnect()", async ({ make }) => {
    const server = await echoServer();
    const socket = make(server.url, undefined, { startClosed: true });
    const events = new EventLog(socket);
    socket.send("queued");
    expect(socket.readyState).toBe(socket.CLOSED);
    await quiet();
    expect(server.sockets).toBe(0);
    expect(events.types).toEqual([]);
    socket.reconnect();
    await events.next("open");
    expect(socket.readyState).toBe(socket.OPEN);
    expect((await events.next("message")).event.data).toBe("queued");
    (await server.connection()).ws.terminate();
    await events.next("open", 1);
  });

  promise(
    "with startClosed leave close() without effect, and no later attempt",
    async ({ make }) => {
      const server = await echoServer();
      const socket = make(server.url, undefined, { startClosed: true });
      const events = new EventLog(socket);
      socket.close();
      await quiet();
      expect(server.sockets).toBe(0);
      expect(events.types).toEqual([]);
      expect(socket.readyState).toBe(socket.CLOSED);
    },
  );

  promise("make the first attempt without a delay", async ({ make }) => {
    const server = await echoServer();
    const delays = { minReconnectionDelay: HOUR, maxReconnectionDelay: HOUR };
    await new EventLog(make(server.url, undefined, delays)).next("open");
  });
});
