import { Server } from "mock-socket";
import { http, HttpResponse, ws } from "msw";
import { setupServer } from "msw/node";
import { onTestFinished, vi } from "vitest";
import { WS } from "vitest-websocket-mock";
import { WebSocket as WsWebSocket } from "ws";
import { TestServer } from "../../../src/testing/node.js";

/** The URL of each server. No real server listens there. */
export const MOCKED_URL = "ws://127.0.0.1:1/feed";

/** The answer to a refused dial. */
export const REFUSAL = { status: 429, headers: { "Retry-After": "7" } };

/** A server of a package for tests. It sends "hello" on each connection. Members are missing if the package lacks them. */
export interface MockServer {
  /** Ends the newest connection as a lost network does. */
  readonly lose: () => void;
  /** Refuses the next dials with {@link REFUSAL}. */
  readonly refuse?: () => void;
  /** Stops reading from all connections. */
  readonly pause?: () => void;
  /** Returns the headers of the newest request. */
  readonly headers?: () => Readonly<Record<string, string>> | undefined;
}

/** Starts a server of a package, until the end of the test. */
export type StartMock = () => MockServer;

/** The packages, in the order of the table in docs/guide/testing.md. */
export const PACKAGES: Readonly<Record<string, StartMock>> = {
  "`wschan/testing`": () => {
    const server = new TestServer("ws://127.0.0.1:1/*");
    server.stubGlobal();
    server.on((peer) => peer.send("hello"));
    onTestFinished(() => server.close());
    const newest = () => server.connections.at(-1);
    return {
      lose: () => newest()?.terminate(),
      refuse: () => server.refuse(REFUSAL),
      pause: () => server.connections.forEach((peer) => peer.pause()),
      headers: () => newest()?.request.headers,
    };
  },
  "mock-socket": () => {
    const server = new Server(MOCKED_URL);
    server.on("connection", (socket) => socket.send("hello"));
    onTestFinished(() => server.close());
    return { lose: () => server.close({ code: 1006, reason: "", wasClean: false }) };
  },
  "vitest-websocket-mock": () => {
    const server = new WS(MOCKED_URL);
    server.on("connection", (socket) => socket.send("hello"));
    onTestFinished(() => server.server.close());
    return { lose: () => server.error() };
  },
  MSW: () => {
    // Node has it from version 22.
    vi.stubGlobal("WebSocket", globalThis.WebSocket ?? class extends WsWebSocket {});
    let close = (): void => {};
    const link = ws.link(MOCKED_URL).addEventListener("connection", ({ client }) => {
      client.send("hello");
      close = () => client.close(1006);
    });
    const server = setupServer(link);
    server.listen({ onUnhandledRequest: "bypass" });
    onTestFinished(() => {
      server.close();
      vi.unstubAllGlobals();
    });
    const refusal = http.get("http://127.0.0.1:1/feed", () => new HttpResponse(null, REFUSAL));
    return { lose: () => close(), refuse: () => server.resetHandlers(refusal) };
  },
};
