// @ts-check
import { onScopeDispose, shallowRef } from "vue";
import { createHub } from "wschan/hub";

/** @param {import("wschan/reconnect").ReconnectingClient} client */
export function useClient(client) {
  const status = shallowRef(client.state);
  const latest = shallowRef();
  const messages = createHub(client).subscribe(undefined, { capacity: 1, whenFull: "drop-oldest" });
  onScopeDispose(client.onStatus((next) => (status.value = next)));
  onScopeDispose(() => messages.unsubscribe());
  void (async () => {
    for await (const { data } of messages) latest.value = data;
  })().catch(() => {}); // `status` has the error.
  return { status, latest };
}
