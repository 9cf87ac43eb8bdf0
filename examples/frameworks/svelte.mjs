// @ts-check
import { readable } from "svelte/store";
import { createHub } from "wschan/hub";

/** @typedef {import("wschan/reconnect").ReconnectingClient} Client */

/** @param {Client} client */
export const status = (client) => readable(client.state, (set) => client.onStatus(set));

/** @param {Client} client */
export const latest = (client) =>
  readable(/** @type {unknown} */ (undefined), (set) => {
    const messages = createHub(client).subscribe(undefined, {
      capacity: 1,
      whenFull: "drop-oldest",
    });
    void (async () => {
      for await (const { data } of messages) set(data);
    })().catch(() => {}); // `status` has the error.
    return () => messages.unsubscribe();
  });
