// The program of a page: components over the built package. A test calls `scenarios[name]` with the URL of a server.
import { createElement as h, StrictMode, useEffect } from "react";
import type { FunctionComponent, ReactNode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { useLatest, useMessages, useReconnecting } from "../../dist/react/browser.mjs";
import type { ReconnectingState } from "../../dist/react/browser.mjs";

type Client = ReconnectingState["client"];

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Renders into a new element of the page. */
function mount(element: ReactNode) {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  const render = (next: ReactNode): void => flushSync(() => root.render(next));
  render(element);
  const until = async (text: string): Promise<void> => {
    while (container.textContent !== text) await nextTurn();
  };
  return { render, until };
}

const Connection: FunctionComponent<{ url: string }> = ({ url }) => useReconnecting(url).state.type;

/** The numbers that listeners have seen, and the first of them that were not the successor of the one before. */
class Numbers {
  last: number | undefined;
  count = 0;
  readonly wrong: number[] = [];

  add(data: unknown): void {
    const number = Number(data);
    if (this.last !== undefined && number !== this.last + 1) this.wrong.push(number);
    this.last = number;
    this.count++;
  }
}

const Listener: FunctionComponent<{ client: Client; numbers: Numbers }> = ({ client, numbers }) => {
  useMessages(client, ({ data }) => numbers.add(data));
  return null;
};

const scenarios = {
  /** Mounts a component in StrictMode, and unmounts it when it is open. */
  async strict(url: string): Promise<void> {
    const tree = mount(h(StrictMode, null, h(Connection, { url })));
    await tree.until("open");
    tree.render(null);
  },

  /** Mounts and unmounts a component, after waits of different lengths. */
  async mounts(url: string, times: number): Promise<void> {
    const tree = mount(null);
    for (let i = 0; i < times; i++) {
      tree.render(h(StrictMode, null, h(Connection, { url: `${url}?${i}` })));
      if (i % 4 === 1) await Promise.resolve();
      if (i % 4 === 2) await nextTurn();
      if (i % 4 === 3) await tree.until("open");
      tree.render(null);
      if (i % 2 === 0) await nextTurn();
    }
  },

  /**
   * Counts numbers up to `last` with a component that stays, and with others that come and go beside it. Each turn asks
   * the server for more numbers, and lasts until one has arrived.
   */
  async guests(url: string, last: number) {
    const all = new Numbers();
    const guests: Numbers[] = [];
    let ask: (() => void) | undefined;
    const Page: FunctionComponent<{ turn: number }> = ({ turn }) => {
      const { client, send } = useReconnecting(url);
      ask = () => void send("more");
      const numbers = (guests[turn] ??= new Numbers());
      return [
        h(Listener, { client, numbers: all, key: "all" }),
        turn % 2 === 0 && h(Listener, { client, numbers, key: turn }),
      ];
    };
    const tree = mount(h(Page, { turn: 0 }));
    for (let turn = 1; all.last !== last; turn++) {
      tree.render(h(Page, { turn }));
      const { count } = all;
      ask?.();
      while (all.count === count) await nextTurn();
    }
    tree.render(null);
    return { all, guests: guests.filter(({ count }) => count > 0) };
  },

  /** Counts numbers up to `last` with components that replace each other, and without one in every third turn. */
  async successors(url: string, last: number) {
    const all = new Numbers();
    const Page: FunctionComponent<{ turn: number }> = ({ turn }) => {
      const { client } = useReconnecting(url);
      return turn % 3 === 0 ? null : h(Listener, { client, numbers: all, key: turn });
    };
    const tree = mount(h(Page, { turn: 0 }));
    for (let turn = 1; all.last !== last; turn++) {
      tree.render(h(Page, { turn }));
      await nextTurn();
    }
    tree.render(null);
    return all;
  },

  /** Shows the latest number until it is `last`. It asks the server for more numbers whenever it shows another one. */
  async latest(url: string, last: number) {
    let frames = 0;
    let renders = 0;
    const Page: FunctionComponent = () => {
      const { client, send } = useReconnecting(url);
      const value = useLatest(client, ({ data }) => Number(data));
      useEffect(() => {
        if (value === undefined) return;
        renders++;
        void send("more");
      });
      return String(value);
    };
    const tree = mount(h(Page));
    let isOver = false;
    void tree.until(String(last)).then(() => (isOver = true));
    while (!isOver) {
      await nextFrame();
      frames++;
    }
    tree.render(null);
    return { frames, renders };
  },
};

export type Scenarios = typeof scenarios;

Object.assign(globalThis, { scenarios });
