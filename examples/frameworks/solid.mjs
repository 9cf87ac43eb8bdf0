// @ts-check
import { createSignal, onCleanup } from "solid-js";
import { createHub } from "wschan/hub";

/** @param {import("wschan/reconnect").ReconnectingClient} client */
export function createClient(client) {
  const [status, setStatus] = createSignal(client.state);
  const [latest, setLatest] = createSignal(/** @type {unknown} */ (undefined));
  const messages = createHub(client).subscribe(undefined, { capacity: 1, whenFull: "drop-oldest" });
  onCleanup(client.onStatus((next) => setStatus(next)));
  onCleanup(() => messages.unsubscribe());
  void (async () => {
    for await (const { data } of messages) setLatest(data);
  })().catch(() => {}); // `status` has the error.
  return { status, latest };
}
