// @ts-check
// One connection with many subscribers, each of which gets every message: by `wschan/hub`, by an `EventEmitter` over
// `ws`, with listeners or with loops, and by `multiplex` of rxjs.
import { EventEmitter, on } from "node:events";

/**
 * @typedef {object} Subscribers
 * @property {(count: number, deliver: (data: string) => void) => Promise<void>} subscribe Adds a subscriber. Resolves
 *   when it has got `count` messages.
 * @property {(data: string) => unknown} send
 * @property {() => Promise<unknown>} close
 */

/** @type {Readonly<Record<string, (url: string) => Promise<Subscribers>>>} */
export const OPEN = {
  async "wschan-hub"(url) {
    const { connect } = await import("wschan");
    const { createHub } = await import("wschan/hub");
    const client = await connect(url);
    const hub = createHub(client);
    return {
      async subscribe(count, deliver) {
        const messages = hub.subscribe();
        let left = count;
        for await (const { data } of messages) {
          deliver(/** @type {string} */ (data));
          if (--left === 0) break;
        }
        messages.unsubscribe();
      },
      send: (data) => client.send(data),
      close: () => client.close(),
    };
  },

  async "ws-emitter"(url) {
    const { openSocket } = await import("./ws.mjs");
    const ws = await openSocket(url, {});
    const emitter = new EventEmitter().setMaxListeners(0);
    ws.on("message", (data) => emitter.emit("message", data.toString()));
    return {
      subscribe: (count, deliver) =>
        new Promise((resolve) => {
          let left = count;
          emitter.on("message", function listen(data) {
            deliver(data);
            if (--left > 0) return;
            emitter.off("message", listen);
            resolve();
          });
        }),
      send: (data) => ws.send(data),
      close: () => new Promise((resolve) => ws.once("close", resolve).close()),
    };
  },

  async "ws-emitter-loops"(url) {
    const { openSocket } = await import("./ws.mjs");
    const ws = await openSocket(url, {});
    const emitter = new EventEmitter().setMaxListeners(0);
    ws.on("message", (data) => emitter.emit("message", data.toString()));
    return {
      async subscribe(count, deliver) {
        let left = count;
        for await (const [data] of on(emitter, "message")) {
          deliver(data);
          if (--left === 0) break;
        }
      },
      send: (data) => ws.send(data),
      close: () => new Promise((resolve) => ws.once("close", resolve).close()),
    };
  },

  async "rxjs-multiplex"(url) {
    const { webSocket } = await import("rxjs/webSocket");
    const { default: WebSocket } = await import("ws");
    /** Does not send the empty messages below, because the benchmark's server knows no subscriptions. */
    class Socket extends WebSocket {
      /**
       * @param {any} data
       * @override
       */
      send(data) {
        if (data !== "") super.send(data);
      }
    }
    /** @type {import("rxjs/webSocket").WebSocketSubject<any>} */
    const subject = await new Promise((resolve) => {
      const made = webSocket({
        url,
        WebSocketCtor: /** @type {any} */ (Socket),
        serializer: (data) => data,
        deserializer: ({ data }) => data,
        openObserver: { next: () => resolve(made) },
      });
      made.subscribe({ error: () => {} });
    });
    return {
      subscribe: (count, deliver) =>
        new Promise((resolve) => {
          let left = count;
          const subscription = subject
            .multiplex(
              () => "",
              () => "",
              () => true,
            )
            .subscribe((data) => {
              deliver(data);
              if (--left > 0) return;
              subscription.unsubscribe();
              resolve();
            });
        }),
      send: (data) => subject.next(data),
      close: () => Promise.resolve(subject.complete()),
    };
  },
};
