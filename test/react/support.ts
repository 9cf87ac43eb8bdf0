import { createElement, StrictMode } from "react";
import type { FunctionComponent, ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { afterEach, beforeEach, expect, onTestFinished, vi } from "vitest";
import { useReconnecting } from "../../src/react/node.js";
import type { ReconnectingState } from "../../src/react/node.js";
import { TestServer } from "../../src/testing/node.js";
import type { TestPeer } from "../../src/testing/node.js";
import { platformTurn } from "../../src/time/clock.js";

export const URL = "wss://api.example.com/feed";

/** A tree of components in a page. */
export interface Tree {
  /** Renders another element in place of the last, and runs its effects. */
  render(element: ReactNode): void;
  unmount(): void;
  readonly text: string;
}

/** Renders an element and runs its effects. The tree is unmounted when the test ends. */
export function mount(element: ReactNode): Tree {
  const container = document.createElement("div");
  const root = createRoot(container);
  const render = (next: ReactNode): void => flushSync(() => root.render(next));
  const unmount = (): void => flushSync(() => root.unmount());
  onTestFinished(unmount);
  render(element);
  return {
    render,
    unmount,
    get text() {
      return container.textContent;
    },
  };
}

/** Starts a server in memory that the test closes when it ends. */
export function startServer(): TestServer {
  const server = new TestServer("wss://api.example.com/*");
  onTestFinished(async () => {
    // The tree of the test has been unmounted, and its clients close in the next turn.
    await nextTurn();
    await server.close();
  });
  return server;
}

/** Collects all connections of a server. */
export function countDials(server: TestServer): TestPeer[] {
  const peers: TestPeer[] = [];
  server.on((peer) => peers.push(peer));
  return peers;
}

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => platformTurn(resolve));
}

/** Resolves after so many turns that everything in memory has settled. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

/** Waits until a check passes. */
export function until(check: () => void): Promise<void> {
  return vi.waitFor(check, { interval: 5, timeout: 3_000 });
}

/** Fails each test in which React prints a warning or an error that the test has not taken from the list. */
export function checkReactErrors(): { readonly printed: string[] } {
  const printed: string[] = [];
  beforeEach(() => {
    printed.length = 0;
    vi.spyOn(console, "error").mockImplementation((...args: unknown[]) => {
      printed.push(args.map(String).join(" "));
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(printed).toEqual([]);
  });
  return { printed };
}

export const strict = (element: ReactNode): ReactNode => createElement(StrictMode, null, element);

/** A component that shows the state of `useReconnecting`, and the results of its renders. */
export function connectionOf(
  ...args: Parameters<typeof useReconnecting>
): FunctionComponent & { readonly results: ReconnectingState[] } {
  const results: ReconnectingState[] = [];
  const Connection: FunctionComponent = () => {
    const result = useReconnecting(...args) as ReconnectingState;
    results.push(result);
    return result.state.type;
  };
  return Object.assign(Connection, { results });
}
