// The side of a charge point in OCPP 1.6J: calls in both directions over the subprotocol "ocpp1.6".
import { ticker } from "wschan";
import { json } from "wschan/codec";
import { createHub } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";

type Call = [type: 2, id: string, action: string, payload: object];
type Result = [type: 3, id: string, payload: object];
type Failure = [type: 4, id: string, code: string, text: string, details: object];
type Handlers = Record<string, (payload: object) => object | Promise<object>>;

/** Connects a charge point to its central system. `handlers` answer the calls of the central system. */
export function openChargePoint(url: string, handlers: Handlers, boot: object) {
  const client = reconnecting(url, {
    protocols: "ocpp1.6",
    codec: json<Call | Result | Failure>(),
    // Shorter than the timeout of a call: a call that has failed must not be sent later.
    queue: { ttl: "20s" },
    // The first call on each connection. Nothing else is sent before its reply.
    onConnect: async (connection) => {
      await connection.send([2, crypto.randomUUID(), "BootNotification", boot]);
      const { value } = await connection.receive();
      const { status, interval } = value?.[2] as unknown as { status: string; interval: number };
      // The attempt fails, and the next one follows after a pause.
      if (status !== "Accepted") throw new Error(`BootNotification: ${status}`);
      const beats = ticker(interval * 1_000);
      void connection.closed.then(() => beats.stop());
      void (async () => {
        while ((await beats.channel.receive()).ok) await call("Heartbeat", {}).catch(() => {});
      })();
    },
  });
  const hub = createHub(client);
  const calls = hub.subscribe((message): message is Call => message[0] === 2);

  let previous: Promise<unknown> = Promise.resolve();
  /** Calls the central system. OCPP allows one call at a time, so each waits for the one before. */
  function call(action: string, payload: object): Promise<object> {
    const reply = previous.then(() => request(action, payload));
    previous = reply.catch(() => {});
    return reply;
  }

  async function request(action: string, payload: object): Promise<object> {
    const id = crypto.randomUUID();
    const reply = await hub.request([2, id, action, payload], {
      match: (message): message is Result | Failure => message[0] !== 2 && message[1] === id,
      timeout: "30s",
    });
    if (reply[0] === 4) throw new Error(`${action}: ${reply[2]}: ${reply[3]}`);
    return reply[2];
  }

  async function answer([, id, action, payload]: Call): Promise<void> {
    const handler = Object.hasOwn(handlers, action) ? handlers[action] : undefined;
    if (!handler) return client.send([4, id, "NotImplemented", "", {}]);
    try {
      await client.send([3, id, await handler(payload)]);
    } catch {
      await client.send([4, id, "InternalError", "", {}]);
    }
  }
  void (async () => {
    for await (const one of calls) await answer(one).catch(() => {});
  })().catch(() => {});

  return { call, close: () => client.close(), closed: client.closed };
}
