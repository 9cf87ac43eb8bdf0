import { performReactRefresh, register, setSignature } from "./fast-refresh.js";
import { createElement as h, useState } from "react";
import type { FunctionComponent } from "react";
import { flushSync } from "react-dom";
import { expect, test } from "vitest";
import { useMessages, useReconnecting } from "../../src/react/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { checkReactErrors, countDials, mount, settle, startServer, until, URL } from "./support.js";

checkLeaks();
checkReactErrors();

/** The hooks that the component calls, as a bundler describes them. */
const SIGNATURE = "useState useReconnecting useMessages";

test.each([
  ["keeps the state of the component", SIGNATURE, 1],
  ["mounts the component again, because its hooks differ", `${SIGNATURE} useState`, 2],
])("an edited component keeps its connection when React %s", async (_how, signature, expected) => {
  const server = startServer();
  const peers = countDials(server);
  const seen: string[] = [];
  const clients = new Set<unknown>();
  let mounts = 0;

  /** Loads a version of the component, as a bundler does after an edit. */
  const load = (name: string, hooks: string): FunctionComponent => {
    const Page: FunctionComponent = () => {
      useState(() => mounts++);
      const { client, state } = useReconnecting(URL, { backoff: { min: 10 } });
      if (client) clients.add(client);
      useMessages(client, ({ data }) => seen.push(`${name} ${String(data)}`));
      return `${name} ${state.type}`;
    };
    register(Page, signature);
    setSignature(Page, hooks);
    return Page;
  };

  const tree = mount(h(load("first", SIGNATURE)));
  await until(() => expect(tree.text).toBe("first open"));
  await peers[0]?.send("1");
  await until(() => expect(seen).toEqual(["first 1"]));

  load("second", signature);
  flushSync(() => performReactRefresh());
  expect(tree.text).toBe("second open");
  await peers[0]?.send("2");
  await until(() => expect(seen).toEqual(["first 1", "second 2"]));
  await settle();
  expect({ mounts, dials: peers.length, clients: clients.size }).toEqual({
    mounts: expected,
    dials: 1,
    clients: 1,
  });
});
