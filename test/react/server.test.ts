import { createElement as h, version } from "react";
import type { FunctionComponent } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, onTestFinished, test, vi } from "vitest";
import { useLatest, useMessages, useReconnecting } from "../../src/react/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { checkReactErrors, countDials, settle, startServer, until, URL } from "./support.js";

checkLeaks();
checkReactErrors();

const Page: FunctionComponent<{ url: string | null }> = ({ url }) => {
  const { client, state, send, lastError } = useReconnecting(url);
  const latest = useLatest(client, ({ data }) => String(data));
  useMessages(client, () => {});
  return `${state.type}, ${latest ?? "nothing"}, ${typeof send}, ${String(lastError)}`;
};

test("the project has the version of React in its name", () => {
  expect(version).toMatch(new RegExp(`^${process.env.REACT_VERSION ?? ""}\\.`));
});

test("renders on a server without a dial, also for a URL that only a page can resolve", async () => {
  const server = startServer();
  const peers = countDials(server);
  expect(renderToString(h(Page, { url: URL }))).toBe("connecting, nothing, function, undefined");
  expect(renderToString(h(Page, { url: "/feed" }))).toContain("connecting");
  expect(renderToString(h(Page, { url: null }))).toContain("suspended");
  await settle();
  expect(peers).toEqual([]);
});

test("rejects what is sent on a server", async () => {
  const server = startServer();
  const peers = countDials(server);
  const sent = vi.fn();
  const Sender: FunctionComponent = () => {
    useReconnecting(URL).send("x").catch(sent);
    return null;
  };
  renderToString(h(Sender));
  await settle();
  expect(sent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: "CLOSED" }));
  expect(peers).toEqual([]);
});

test("continues in a page what the server has rendered, and dials there", async () => {
  const server = startServer();
  const container = document.createElement("div");
  container.innerHTML = renderToString(h(Page, { url: URL }));
  const mismatches = vi.fn();
  const root = hydrateRoot(container, h(Page, { url: URL }), { onRecoverableError: mismatches });
  onTestFinished(() => root.unmount());
  const peer = await server.accept();
  await peer.send("hello");
  await until(() => expect(container.textContent).toBe("open, hello, function, undefined"));
  expect(mismatches).not.toHaveBeenCalled();
});
