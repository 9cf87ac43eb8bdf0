import { once } from "node:events";
import { describe, test } from "vitest";
import { COMPRESSION, connect } from "../../src/node.js";
import { startEchoServer } from "../helpers/echo-server.js";
import { failureCode } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";
import { conclude } from "../helpers/outcome.js";
import { ms } from "../helpers/time.js";
import {
  concludePeerCloses,
  describeClose,
  describeDial,
  echoAll,
  IMPLEMENTATIONS,
  LOST,
  messagesOf,
  PEER_CLOSES,
  SIZES,
} from "./support.js";

checkLeaks();

describe.each(IMPLEMENTATIONS)("ws, %s", (_, connect) => {
  test.for([
    ["uncompressed", COMPRESSION.DISABLED, ""],
    ["compressed with context take-over", COMPRESSION.CONTEXT_TAKEOVER, "permessage-deflate"],
    [
      "compressed without context take-over",
      COMPRESSION.NO_CONTEXT,
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ],
  ] as const)(
    "echoes texts and binary data of 0 B to 16 MiB, %s",
    { timeout: ms(60_000) },
    async ([, compression, extensions], context) => {
      await using server = await startEchoServer({ compression: true });
      const client = await connect(server.url, { compression, compressionThreshold: 0 });
      const echoes = await echoAll(client, messagesOf(SIZES));
      await client.close();
      conclude(context, {
        ...echoes,
        expected: `${echoes.cases} of ${echoes.cases} as sent, "${extensions}"`,
        happened: `${echoes.happened}, "${client.extensions}"`,
      });
    },
  );
});

describe("of the subprotocols offered", () => {
  const picks = {
    "the first": (offered: Set<string>) => [...offered][0] ?? false,
    "the last": (offered: Set<string>) => [...offered].at(-1) ?? false,
    none: () => false as const,
  };
  test.for([
    ["the first", ["a", "b", "c"], '"a"'],
    ["the last", ["a", "b", "c"], '"c"'],
    ["the first", [], '""'],
    ["none", ["a"], "HANDSHAKE_REJECTED 101 INTERNAL not retryable"],
  ] as const)("ws picks %s: %j", async ([pick, protocols, expected], context) => {
    await using server = await startEchoServer({ handleProtocols: picks[pick] });
    const dial = connect(server.url, { protocols: [...protocols] });
    const happened = await dial.then(
      ({ protocol }) => `"${protocol}"`,
      () => describeDial(dial),
    );
    conclude(context, { expected, happened });
  });
});

describe("the end", () => {
  test("ws gets every code and reason that this side may send", async (context) => {
    await using server = await startEchoServer();
    const seen: string[] = [];
    for (const [n, [code]] of PEER_CLOSES.entries()) {
      const client = await connect(server.url);
      await client.close(code, "grüße");
      const connection = await server.connection(n);
      const close = await connection.closed;
      seen.push(`${close.code} ${close.reason}`);
    }
    conclude(context, {
      cases: PEER_CLOSES.length,
      expected: PEER_CLOSES.map(([code]) => `${code} grüße`).join(", "),
      happened: seen.join(", "),
    });
  });

  test("ws closes with every code, behind its last words", async (context) => {
    await using server = await startEchoServer({
      onConnection: ({ ws, request }) => {
        ws.send("last words");
        ws.close(Number(request.url?.slice(1)), "grüße");
      },
    });
    await concludePeerCloses(context, (code) => connect(`${server.url}${code}`));
  });

  test("ws closes without a code", async (context) => {
    await using server = await startEchoServer({ onConnection: ({ ws }) => ws.close() });
    const client = await connect(server.url);
    conclude(context, {
      expected: "1005, clean, by peer: normal",
      happened: describeClose(await client.closed),
    });
  });

  test("ws terminates", async (context) => {
    await using server = await startEchoServer();
    const client = await connect(server.url);
    const { ws } = await server.connection();
    const waiting = client.receive();
    ws.terminate();
    const { ok } = await waiting;
    const closed = describeClose(await client.closed);
    conclude(context, {
      expected: `receive: ok false; ${LOST}; send: CLOSED`,
      happened: `receive: ok ${ok}; ${closed}; send: ${await failureCode(client.send("too late"))}`,
    });
  });
});

test("ws answers pings, and its pings are answered", async (context) => {
  await using server = await startEchoServer();
  const client = await connect(server.url);
  const { ws } = await server.connection();
  const roundTrips = [await client.ping(), await client.ping(), await client.ping()];
  const pong = once(ws, "pong") as Promise<[Buffer]>;
  ws.ping("are you there?");
  const [payload] = await pong;
  await client.close();
  conclude(context, {
    cases: 4,
    expected: "3 pongs; pong: are you there?",
    happened: `${roundTrips.filter((time) => time >= 0).length} pongs; pong: ${payload.toString()}`,
  });
});
