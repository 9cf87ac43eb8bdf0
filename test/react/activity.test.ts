import * as React from "react";
import { createElement as h } from "react";
import { expect, test } from "vitest";
import { checkLeaks } from "../helpers/leaks.js";
import {
  checkReactErrors,
  connectionOf,
  countDials,
  mount,
  settle,
  startServer,
  until,
  URL,
} from "./support.js";

checkLeaks();
checkReactErrors();

const { Activity } = React as Partial<typeof React>;

test.runIf(Activity)(
  "a part of the page that Activity hides has no connection until it is visible again",
  async () => {
    const server = startServer();
    const peers = countDials(server);
    const Connection = connectionOf(URL);
    const page = (mode: "visible" | "hidden") =>
      h(Activity as typeof React.Activity, { mode, children: h(Connection) });
    const tree = mount(page("hidden"));
    await settle();
    expect(peers.length).toBe(0);
    tree.render(page("visible"));
    await until(() => expect(tree.text).toBe("open"));
    tree.render(page("hidden"));
    await until(() => expect(server.connections).toEqual([]));
    expect(await peers[0]?.closed).toMatchObject({ code: 1000 });
    tree.render(page("visible"));
    await until(() => expect(tree.text).toBe("open"));
    expect(peers.length).toBe(2);
    expect(new Set(Connection.results.map(({ client }) => client)).size).toBe(3);
  },
);
