// A feed of an exchange: each message is gzip, and the pings are JSON messages.
import type { Duration } from "wschan";
import { compose, gunzip, json } from "wschan/codec";
import { createHub } from "wschan/hub";
import type { Subscription } from "wschan/hub";
import { reconnecting } from "wschan/reconnect";

interface Ping {
  ping: number;
}

export interface Update {
  ch: string;
  tick: { close: number };
}

export interface Feed {
  readonly updates: Subscription<Update>;
  close(): Promise<unknown>;
}

/** Subscribes to the channels of a feed, such as "market.btcusdt.ticker". */
export function openFeed(url: string, channels: string[], silence: Duration = "15s"): Feed {
  const client = reconnecting(url, {
    codec: compose(gunzip(), json<Ping | Update>()),
    // The server pings every 5 s, so a longer silence means that the connection is dead.
    readTimeout: silence,
    keepAlive: false,
    onConnect: async (connection) => {
      for (const channel of channels) await connection.send({ sub: channel, id: channel });
    },
  });
  const hub = createHub(client);
  const pings = hub.subscribe((message): message is Ping => "ping" in message);
  const updates = hub.subscribe((message): message is Update => "tick" in message, {
    capacity: 1_000,
    // With "pause", a consumer that falls behind would also delay the answers to pings.
    whenFull: "drop-oldest",
  });
  const answer = async () => {
    for await (const { ping } of pings) if (client.connection) await client.send({ pong: ping });
  };
  // A loop over `updates` throws the same error.
  answer().catch(() => {});
  return { updates, close: () => client.close() };
}
