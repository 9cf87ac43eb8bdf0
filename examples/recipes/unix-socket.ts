// Attaches to a container over Docker's Unix socket: bytes in both directions.
import { connect } from "wschan";
import type { Client } from "wschan";

/** Attaches to a container that has a terminal. It must be running. */
export function attach(container: string, socket = "/var/run/docker.sock"): Promise<Client> {
  const query = "stream=1&stdin=1&stdout=1&stderr=1";
  const path = `/containers/${encodeURIComponent(container)}/attach/ws?${query}`;
  // The path of the socket, a colon, and the path of the request.
  const url = `ws+unix://${encodeURI(socket).replaceAll(":", "%3A")}:${path}`;
  return connect(url, { dialTimeout: "5s" });
}

/** Copies the input to the container, and its output to `write`, until the container ends. */
export async function pipe(
  client: Client,
  input: AsyncIterable<Uint8Array>,
  write: (output: Uint8Array) => unknown,
): Promise<void> {
  const copy = async () => {
    for await (const chunk of input) await client.send(chunk);
  };
  // The loop below throws the error of the connection.
  copy().catch(() => {});
  const encoder = new TextEncoder();
  for await (const { data } of client) {
    await write(typeof data === "string" ? encoder.encode(data) : data);
  }
}
