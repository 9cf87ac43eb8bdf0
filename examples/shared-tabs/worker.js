// @ts-check
// The SharedWorker that owns the connection of all tabs. A tab gets at most WINDOW messages that it has not
// acknowledged. Further ones wait in the subscription of the tab, which drops the oldest when it is full.
import { createHub } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";

const WINDOW = 16;

const client = reconnecting(new URL(location.href).searchParams.get("url") ?? "");
const hub = createHub(client);

/** @param {MessagePort} port */
async function serve(port) {
  const messages = hub.subscribe(undefined, { capacity: 100, whenFull: "drop-oldest" });
  let room = WINDOW;
  let onRoom = () => {};
  port.onmessage = ({ data: { type, data, lock } }) => {
    if (type === "send") void client.send(data);
    else if (type === "read") {
      room++;
      onRoom();
    } else {
      // A port does not tell when its tab has gone, but the tab holds this lock until then.
      void navigator.locks.request(lock, () => messages.unsubscribe());
    }
  };
  for await (const { data } of messages) {
    while (room === 0) await new Promise((resolve) => (onRoom = () => resolve(undefined)));
    room--;
    port.postMessage({ data, dropped: messages.dropped });
  }
}

addEventListener("connect", (event) => {
  const [port] = /** @type {MessageEvent} */ (event).ports;
  // When the client has given up, the tabs get nothing more.
  void serve(port).catch(() => {});
});
