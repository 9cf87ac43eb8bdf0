import { Client, ReconnectionTimeMode } from "@stomp/stompjs";
import type { IMessage } from "@stomp/stompjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFaultProxy } from "../../helpers/fault-proxy.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { RABBITMQ_START_MS, startRabbitMq } from "../../peers/rabbitmq.js";
import type { RabbitMq } from "../../peers/rabbitmq.js";
import { WebSocket } from "../class.js";

checkLeaks();

let broker: RabbitMq;
beforeAll(async () => {
  broker = await startRabbitMq();
}, RABBITMQ_START_MS);
afterAll(() => broker[Symbol.asyncDispose]());

interface Options {
  readonly heartbeatOutgoing?: number;
  readonly heartbeatIncoming?: number;
  readonly discardWebsocketOnCommFailure?: boolean;
  readonly debug?: (text: string) => void;
}

async function connect(
  url: string,
  options: Options = {},
  connectHeaders = { login: "guest", passcode: "guest" },
): Promise<Client & AsyncDisposable> {
  // #region setup
  const client = new Client({
    webSocketFactory: () => new WebSocket(url, ["v12.stomp"]),
    connectHeaders,
    // #endregion
    reconnectDelay: ms(10),
    reconnectTimeMode: ReconnectionTimeMode.LINEAR,
    ...options,
    // #region setup
  });
  client.activate();
  // #endregion
  await connected(client);
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.deactivate() });
}

/** Settles when the client has a session. */
function connected(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.onConnect = () => resolve();
    client.onStompError = ({ headers }) => reject(new Error(headers.message));
  });
}

/** Settles when the broker has processed all that the client has sent before. */
function receipt(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const id = `receipt-${Math.random()}`;
    client.watchForReceipt(id, () => resolve());
    client.publish({ destination: "/topic/receipts", headers: { receipt: id }, body: "" });
  });
}

/** Subscribes, and settles when the broker has made the subscription. */
async function subscribe(client: Client, destination: string, headers = {}) {
  const messages: IMessage[] = [];
  let notify = (): void => {};
  const { unsubscribe } = client.subscribe(
    destination,
    (message) => {
      messages.push(message);
      notify();
    },
    headers,
  );
  await receipt(client);
  return {
    messages,
    unsubscribe,
    received: (count: number) =>
      new Promise<void>((resolve) => {
        notify = () => {
          if (messages.length >= count) resolve();
        };
        notify();
      }),
  };
}

test("stompjs publishes and gets text and bytes, with its subprotocol", async () => {
  await using client = await connect(broker.url);
  expect((client.webSocket as unknown as WebSocket).protocol).toBe("v12.stomp");
  const { messages, received } = await subscribe(client, "/topic/news");
  const bytes = Uint8Array.from({ length: 1_000 }, (_, n) => n);
  client.publish({ destination: "/topic/news", body: "grüße", headers: { unit: "°C" } });
  client.publish({ destination: "/topic/news", binaryBody: bytes });
  await received(2);
  expect(messages[0]?.body).toBe("grüße");
  expect(messages[0]?.headers.unit).toBe("°C");
  expect(messages[1]?.binaryBody).toEqual(bytes);
});

test("RabbitMQ delivers a message again to stompjs that was not acknowledged", async () => {
  await using first = await connect(broker.url);
  const queue = "/queue/work";
  const { messages, received } = await subscribe(first, queue, { ack: "client-individual" });
  first.publish({ destination: queue, body: "one" });
  first.publish({ destination: queue, body: "two" });
  await received(2);
  messages[0]?.ack();
  await receipt(first);
  await first.deactivate();
  await using second = await connect(broker.url);
  const again = await subscribe(second, queue);
  await again.received(1);
  expect(again.messages.map(({ body }) => body)).toEqual(["two"]);
});

test("stompjs reconnects after its connection was reset", async () => {
  await using proxy = await startFaultProxy(broker.url);
  await using client = await connect(proxy.url);
  const closed = new Promise<CloseEvent>((resolve) => {
    client.onWebSocketClose = resolve;
  });
  const reconnected = connected(client);
  (await proxy.connection()).reset();
  expect(await closed).toMatchObject({ code: 1006, wasClean: false });
  await reconnected;
  const { messages, received } = await subscribe(client, "/topic/again");
  client.publish({ destination: "/topic/again", body: "back" });
  await received(1);
  expect(messages[0]?.body).toBe("back");
});

test("the heartbeats of stompjs and RabbitMQ keep an idle connection open", async () => {
  let sent = 0;
  let received = 0;
  await using client = await connect(broker.url, {
    heartbeatOutgoing: ms(100),
    heartbeatIncoming: ms(100),
    debug: (text) => {
      if (text.includes("PING") && text.startsWith(">>>")) sent++;
      if (text.includes("PONG") && text.startsWith("<<<")) received++;
    },
  });
  await new Promise<void>((resolve) => {
    client.onHeartbeatReceived = () => {
      if (sent >= 3 && received >= 3) resolve();
    };
  });
  expect(client.connected).toBe(true);
});

test("stompjs reconnects when heartbeats stop coming", async () => {
  await using proxy = await startFaultProxy(broker.url);
  await using client = await connect(proxy.url, {
    heartbeatOutgoing: ms(100),
    heartbeatIncoming: ms(100),
    discardWebsocketOnCommFailure: true,
  });
  const reconnected = connected(client);
  (await proxy.connection()).silence();
  await reconnected;
  expect(client.connected).toBe(true);
});

test("stompjs is told of wrong credentials by an ERROR frame", async () => {
  const failure = connect(broker.url, {}, { login: "guest", passcode: "wrong" });
  await expect(failure).rejects.toThrow("Bad CONNECT");
});
