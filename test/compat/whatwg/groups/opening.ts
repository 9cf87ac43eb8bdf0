import { expect } from "vitest";
import { BASE_URL, eventOf, settle, typesOf } from "../kit.js";
import type { Group, Session } from "../kit.js";
import { ask, urlOf } from "../script.js";
import type { Report, Script } from "../script.js";

export const handshake: Group = ({ check, open, start, create, server }) => {
  check("the request is a GET with the headers of RFC 6455", async () => {
    const { report, url } = await open();
    const { request } = await report("messages-0");
    expect(request).toMatchObject({ host: new URL(url).host, "sec-websocket-version": "13" });
    expect(request.upgrade?.toLowerCase()).toBe("websocket");
    expect(request.connection?.toLowerCase()).toContain("upgrade");
    expect(atob(request["sec-websocket-key"] ?? "")).toHaveLength(16);
  });
  check("each request has a new key", async () => {
    const sessions = await Promise.all([open(), open()]);
    const keys = sessions.map(
      async ({ report }) => (await report("messages-0")).request["sec-websocket-key"],
    );
    const [first, second] = await Promise.all(keys);
    expect(first).not.toBe(second);
  });
  check("a page sends its origin, and no referrer", async () => {
    const { report } = await open();
    const { request } = await report("messages-0");
    expect(request.origin).toBe(BASE_URL && new URL(BASE_URL).origin);
    expect(request.referer).toBeUndefined();
  });
  check("the connection is dialled without a further call", async () => {
    const { seen } = start({ answer: "nothing" });
    await expect.poll(seen).toBe(true);
  });
  check("25 sockets at a time open, send, receive and close", async () => {
    const sessions = Array.from({ length: 25 }, () => start());
    const echoes = sessions.map(async ({ socket, opened, messages, closed }, index) => {
      await opened;
      socket.send(String(index));
      const [data] = await messages(1);
      socket.close();
      expect((await closed).wasClean).toBe(true);
      return data;
    });
    expect(await Promise.all(echoes)).toEqual(sessions.map((_, index) => String(index)));
  });
  check("a socket for http: opens", async () => {
    const socket = create(server().replace("ws:", "http:"));
    await eventOf(socket, "open");
    expect(socket.readyState).toBe(1);
  });
  check("a name and password in the URL answer a challenge of basic authentication", async () => {
    const id = crypto.randomUUID();
    const url = new URL(urlOf(server(), id, { answer: "challenge" }));
    url.username = "user";
    url.password = "p:ä";
    const socket = create(url);
    await Promise.race([eventOf(socket, "open"), eventOf(socket, "close")]);
    const { request } = (await ask(server(), id, "messages-0")) as Report;
    const credentials = String.fromCharCode(...new TextEncoder().encode("user:p:ä"));
    expect(request.authorization).toBe(`Basic ${btoa(credentials)}`);
  });
};

/** Waits for the end, and asserts that the connection failed before it was open. */
async function expectFailure({ socket, events, closed, opened }: Session): Promise<void> {
  // Does not wait for the end of a connection that has opened.
  await Promise.race([opened.catch(() => {}), closed]);
  expect(typesOf(events)).not.toContain("open");
  const { code, reason, wasClean } = await closed;
  expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
  await settle();
  expect(typesOf(events)).toEqual(["error", "close"]);
  expect(socket.readyState).toBe(3);
  expect(socket.protocol).toBe("");
  expect(socket.extensions).toBe("");
}

export const failedHandshake: Group = ({ check, start, create, server }) => {
  const accept = (headers: Readonly<Record<string, string | null>>): Script => ({
    answer: { accept: headers },
  });
  const cases: readonly (readonly [string, Script])[] = [
    ...[
      "200 OK",
      "204 No Content",
      "400 Bad Request",
      "401 Unauthorized",
      "404 Not Found",
      "500 Oops",
    ].map((refuse): [string, Script] => [`the status is ${refuse}`, { answer: { refuse } }]),
    [
      "the answer is a redirect",
      { answer: { refuse: "302 Found", headers: { Location: "/?script={}" } } },
    ],
    ["the key is not confirmed", accept({ "Sec-WebSocket-Accept": null })],
    [
      "the key is confirmed wrongly",
      accept({ "Sec-WebSocket-Accept": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }),
    ],
    ["Upgrade is missing", accept({ Upgrade: null })],
    ["Upgrade is another protocol", accept({ Upgrade: "h2c" })],
    ["Connection is missing", accept({ Connection: null })],
    ["Connection is another value", accept({ Connection: "close" })],
    ["an extension was not offered", accept({ "Sec-WebSocket-Extensions": "x-unknown" })],
    [
      "a parameter of permessage-deflate is unknown",
      accept({ "Sec-WebSocket-Extensions": "permessage-deflate; unknown" }),
    ],
    ["the answer is not HTTP", { answer: { write: "hello\r\n\r\n" } }],
  ];
  for (const [what, script] of cases) {
    check(`fails if ${what}`, () => expectFailure(start(script)));
  }
  check("fails if the server ends the connection in place of an answer", () =>
    expectFailure(start({ answer: "end" })),
  );
  check("fails if no server listens", async () => {
    const socket = create("ws://127.0.0.1:2/");
    const types: string[] = [];
    for (const type of ["open", "error"]) {
      socket.addEventListener(type, () => types.push(type));
    }
    const { code, reason, wasClean } = await eventOf<CloseEvent>(socket, "close");
    expect({ code, reason, wasClean }).toEqual({ code: 1006, reason: "", wasClean: false });
    expect(types).toEqual(["error"]);
  });
  check("fails if TLS is expected of a server without it", async () => {
    const socket = create(server().replace("ws:", "wss:"));
    const { code, wasClean } = await eventOf<CloseEvent>(socket, "close");
    expect({ code, wasClean }).toEqual({ code: 1006, wasClean: false });
  });
  check("an event of the failure comes after the constructor has returned", async () => {
    const session = start({ answer: { refuse: "400 Bad Request" } });
    expect(session.socket.readyState).toBe(0);
    await Promise.resolve();
    expect(session.events).toEqual([]);
    await expectFailure(session);
  });
};

export const negotiation: Group = ({ check, open, start }) => {
  const choosing = (protocol: string): Script => ({
    answer: { accept: { "Sec-WebSocket-Protocol": protocol } },
  });
  check("protocol and extensions are empty before the connection is open", async () => {
    const { socket, opened } = start(choosing("a"), "a", (made) => {
      expect([made.protocol, made.extensions]).toEqual(["", ""]);
    });
    await opened;
    expect(socket.protocol).toBe("a");
  });
  check("protocol is empty if none was offered", async () => {
    expect((await open()).socket.protocol).toBe("");
  });
  check("protocol is set when open is fired, and stays after the end", async () => {
    const seen: string[] = [];
    const { socket, closed } = await open(choosing("b"), ["a", "b"], (made) => {
      made.onopen = () => seen.push(made.protocol);
    });
    expect(seen).toEqual(["b"]);
    socket.close();
    await closed;
    expect(socket.protocol).toBe("b");
  });
  check("fails if the server chooses a protocol that was not offered", () =>
    expectFailure(start(choosing("c"), ["a", "b"])),
  );
  check("fails if the server chooses a protocol, but none was offered", () =>
    expectFailure(start(choosing("a"))),
  );
  check("fails if the server writes the protocol in another case", () =>
    expectFailure(start(choosing("A"), ["a"])),
  );
  check("fails if the server chooses two protocols", () =>
    expectFailure(start(choosing("a, b"), ["a", "b"])),
  );
  check("fails if protocols were offered, and the server chooses none", () =>
    expectFailure(start({}, ["a", "b"])),
  );
  check("permessage-deflate is offered", async () => {
    const { request } = await (await open()).report("messages-0");
    expect(request["sec-websocket-extensions"]).toMatch(/^permessage-deflate/);
  });
  check("extensions is empty if the server accepts none", async () => {
    expect((await open()).socket.extensions).toBe("");
  });
  check("extensions names what the server has accepted", async () => {
    const { socket, report } = await open({ answer: { accept: {}, deflate: true } });
    const { request } = await report("messages-0");
    const isOffered = request["sec-websocket-extensions"] !== undefined;
    expect(socket.extensions).toMatch(isOffered ? /^permessage-deflate/ : /^$/);
  });
};
