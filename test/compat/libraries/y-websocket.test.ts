import { expect, test } from "vitest";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { Condition } from "../../helpers/condition.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { WebSocket } from "../class.js";
import { startYServer } from "../servers/y-websocket.js";

checkLeaks();

/** A document that is connected to the room "room". */
class Peer implements Disposable {
  readonly provider: WebsocketProvider;
  readonly text: Y.Text;
  readonly #doc: Y.Doc;
  readonly #changed = new Condition();

  constructor(url: string) {
    // Otherwise, the documents of one process also exchange changes without a connection.
    const disableBc = true;
    // #region setup
    const doc = new Y.Doc();
    const provider = new WebsocketProvider(url, "room", doc, {
      WebSocketPolyfill: WebSocket,
      // #endregion
      disableBc,
      // #region setup
    });
    // #endregion
    this.provider = provider;
    this.text = doc.getText();
    this.#doc = doc;
    doc.on("update", this.#changed.notify);
    provider.on("sync", this.#changed.notify);
    provider.on("status", this.#changed.notify);
    provider.awareness.on("change", this.#changed.notify);
  }

  until(holds: () => boolean): Promise<void> {
    return this.#changed.until(holds);
  }

  [Symbol.dispose](): void {
    this.provider.destroy();
    this.#doc.destroy();
  }
}

test("two documents of y-websocket converge", async () => {
  await using server = await startYServer();
  using one = new Peer(server.url);
  one.text.insert(0, "first");
  using two = new Peer(server.url);
  two.text.insert(0, "second");
  const isBoth = ({ text }: Peer) => text.length === "firstsecond".length;
  await Promise.all([one, two].map((peer) => peer.until(() => isBoth(peer))));
  expect(one.text.toJSON()).toBe(two.text.toJSON());
});

test("two documents of y-websocket converge after the server has cut their connections", async () => {
  await using server = await startYServer();
  using one = new Peer(server.url);
  using two = new Peer(server.url);
  await Promise.all([one, two].map((peer) => peer.until(() => peer.provider.synced)));
  server.cut();
  await Promise.all([one, two].map((peer) => peer.until(() => !peer.provider.wsconnected)));
  one.text.insert(0, "made ");
  two.text.insert(0, "offline");
  await Promise.all([one, two].map((peer) => peer.until(() => peer.text.length === 12)));
  expect(one.text.toJSON()).toBe(two.text.toJSON());
  expect(server.connections).toHaveLength(4);
});

test("y-websocket shows each peer the presence of the other, until the other leaves", async () => {
  await using server = await startYServer();
  using one = new Peer(server.url);
  const two = new Peer(server.url);
  const { awareness } = one.provider;
  two.provider.awareness.setLocalStateField("user", "Ada");
  const { clientID } = two.provider.awareness;
  await one.until(() => awareness.getStates().get(clientID)?.user === "Ada");
  two[Symbol.dispose]();
  await one.until(() => !awareness.getStates().has(clientID));
  expect(awareness.getStates().size).toBe(1);
});

test("y-websocket reads the close code, and does not come back after 4403", async () => {
  await using server = await startYServer();
  using peer = new Peer(server.url);
  await peer.until(() => peer.provider.synced);
  const closed = new Promise((resolve) => peer.provider.on("closed", resolve));
  server.connections[0]?.socket.close(4403, "no permission");
  expect(await closed).toEqual({ code: 4403, reason: "no permission" });
  expect(peer.provider.shouldConnect).toBe(false);
});
