import type { Close, SuiteServer } from "../transport/suite/options.js";
import type { TestPeer, TestServer } from "../../src/testing/node.js";

/** Makes a server in memory do what the URL of each connection says: see `startScriptedServer`. */
export function scripted(server: TestServer, url: string): SuiteServer {
  const closes = new Map<string, Promise<Close>>();
  server.on((peer) => {
    const query = new URL(peer.request.url).searchParams;
    closes.set(
      query.get("id") ?? "",
      peer.closed.then(({ code, reason }) => ({ code, reason })),
    );
    play(peer, query);
  });
  return {
    url,
    closeOf: (id) => closes.get(id) ?? Promise.reject(new Error(`no connection ${id}`)),
    stop: () => server.close(),
  };
}

function play(peer: TestPeer, query: URLSearchParams): void {
  const send = (data: string | Uint8Array): void => void peer.send(data).catch(() => {});
  if (query.has("mute")) peer.pause();
  else void echo(peer);
  for (let i = 0; i < Number(query.get("greet")); i++) send(String(i));
  const bytes = query.get("bytes");
  if (bytes !== null) send(new Uint8Array(Number(bytes)).fill(7));
  const code = Number(query.get("close"));
  if (code > 0) void peer.close(code, query.get("reason") ?? "");
  if (query.has("drop")) setTimeout(() => peer.terminate(), 20);
}

async function echo(peer: TestPeer): Promise<void> {
  for await (const { data } of peer.channel()) peer.send(data).catch(() => {});
}
