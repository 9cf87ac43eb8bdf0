import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { expect } from "vitest";
import { connect, createContext } from "../../../src/node.js";
import type { Context, WsError } from "../../../src/node.js";
import type { EchoServer } from "../../helpers/echo-server.js";

/** Creates a context that denies all private addresses except the given ones. */
export function denying(...allow: string[]): Context {
  return createContext({ denyPrivateNetworks: { allow } });
}

/** Checks that an error is a refusal by the network guard. */
export function expectForbidden(error: WsError, url: string, address: string): void {
  expect(error).toMatchObject({ code: "URL_FORBIDDEN", kind: "PERMISSION_DENIED" });
  expect(error.retryable).toBe(false);
  expect(error.message).toMatch(/^dial ws/);
  expect(error.message).toContain(`dial ${url}`);
  expect(error.message).toContain(`${address} is a private address (`);
  expect(error.message).toContain("denyPrivateNetworks");
}

/** Checks that nothing has connected to the server: a new connection must be its first one. */
export async function expectUntouched(server: EchoServer): Promise<void> {
  const client = await connect(server.url, { node: { tls: { rejectUnauthorized: false } } });
  await client.close();
  expect(server.sockets).toBe(1);
}

/** Calls `onSocket` with each client socket that is created during `run`, before the socket connects. */
export async function watchSockets<T>(
  onSocket: (socket: Socket) => void,
  run: () => Promise<T>,
): Promise<T> {
  const onMessage = (message: unknown): void => onSocket((message as { socket: Socket }).socket);
  subscribe("net.client.socket", onMessage);
  try {
    return await run();
  } finally {
    unsubscribe("net.client.socket", onMessage);
  }
}

/** Returns the client sockets that are created during `run`. */
export async function socketsOf(run: () => Promise<unknown>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  await watchSockets((socket) => sockets.push(socket), run);
  return sockets;
}
