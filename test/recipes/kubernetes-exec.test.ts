import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { exec } from "../../examples/recipes/kubernetes-exec.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

type Send = (channel: number, text: string) => void;

/** Starts a server of the subprotocol. `handle` gets each message, by channel. */
function startCluster(
  handle: (channel: number, data: Buffer, send: Send, ws: WebSocket) => void,
): Promise<EchoServer> {
  return startEchoServer({
    echo: false,
    handleProtocols: (offered) => offered.has("v5.channel.k8s.io") && "v5.channel.k8s.io",
    onConnection: ({ ws }) => {
      const send: Send = (channel, text) =>
        ws.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]));
      ws.on("message", (data: Buffer) => handle(data[0] as number, data.subarray(1), send, ws));
    },
  });
}

async function* bytes(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test("pipes the input, closes it, and returns the exit code of the command", async () => {
  let input = "";
  await using server = await startCluster((channel, data, send, ws) => {
    if (channel === 0) input += data.toString();
    if (channel !== 255) return;
    // The end of the input, for channel 0.
    expect([...data]).toEqual([0]);
    send(1, input.toUpperCase());
    send(2, "warning");
    const causes = [{ reason: "ExitCode", message: "2" }];
    send(3, JSON.stringify({ status: "Failure", reason: "NonZeroExitCode", details: { causes } }));
    ws.close(1000);
  });
  const output: [string, boolean][] = [];
  const { exitCode } = await exec(server.url, {
    headers: { Authorization: "Bearer t0ken" },
    stdin: bytes("one ", "two"),
    onOutput: (data, isError) => output.push([new TextDecoder().decode(data), isError]),
  });
  expect(await exitCode).toBe(2);
  expect(output).toEqual([
    ["ONE TWO", false],
    ["warning", true],
  ]);
  expect(server.connections[0]?.request.headers.authorization).toBe("Bearer t0ken");
});

test("sends the size of the terminal", async () => {
  await using server = await startCluster((channel, data, send, ws) => {
    send(1, `${channel} ${data.toString()}`);
    send(3, JSON.stringify({ status: "Success" }));
    ws.close(1000);
  });
  let output = "";
  const onOutput = (data: Uint8Array) => (output += new TextDecoder().decode(data));
  const { exitCode, resize } = await exec(server.url, { onOutput });
  await resize(120, 40);
  expect(await exitCode).toBe(0);
  expect(output).toBe('4 {"Width":120,"Height":40}');
});

test("throws the message of a status without an exit code", async () => {
  await using server = await startCluster((_channel, _data, send, ws) => {
    send(3, JSON.stringify({ status: "Failure", message: "container not found" }));
    ws.close(1000);
  });
  const { exitCode } = await exec(server.url, { stdin: bytes("x"), onOutput: () => {} });
  await expect(exitCode).rejects.toThrow("container not found");
});

test("throws if the connection is cut while the command runs", async () => {
  await using server = await startCluster((_channel, _data, _send, ws) => ws.terminate());
  const { exitCode } = await exec(server.url, { stdin: bytes("x"), onOutput: () => {} });
  expect((await failure(exitCode)).code).toBe("CONNECTION_LOST");
});

test("rejects a server that does not speak version 5, which cannot close the input", async () => {
  await using server = await startEchoServer({ handleProtocols: () => false });
  const error = await failure(exec(server.url, { onOutput: () => {} }));
  expect(error.code).toBe("HANDSHAKE_REJECTED");
});
