import { afterAll, beforeAll } from "vitest";
import type { Client, ConnectOptions } from "../../../src/node.js";
import { ms } from "../../helpers/time.js";
import type { Close, SuiteOptions, SuiteServer } from "./options.js";

/** The transport under test, and a server for its connections. */
export interface Fixture extends Pick<SuiteOptions, "connect" | "createContext" | "capabilities"> {
  /** Returns the URL of the server. It is known only while a test runs. */
  readonly serverUrl: () => string;
  /** Opens a connection on which the server does what `query` says. Returns the client and the id. */
  readonly open: (
    query?: string,
    given?: ConnectOptions,
  ) => Promise<{ readonly client: Client; readonly id: string }>;
  /** Returns the close code and reason that the server received on a connection. */
  readonly closeOf: (id: string) => Promise<Close>;
  /** Returns the code that the platform sends for a close code. */
  readonly wireCode: (code: number) => number;
}

/** Starts a server before the tests of the current `describe` block, and stops it after them. */
export function createFixture(options: SuiteOptions): Fixture {
  const { connect, createContext, capabilities, startServer } = options;
  let server: SuiteServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());

  return {
    connect,
    createContext,
    capabilities,
    serverUrl: () => server.url,
    async open(query = "", given) {
      const id = crypto.randomUUID();
      return { client: await connect(`${server.url}?id=${id}&${query}`, given), id };
    },
    async closeOf(id) {
      if (server.closeOf) return server.closeOf(id);
      const { url, reportUrl = url.replace("ws:", "http:") } = server;
      const response = await fetch(`${reportUrl}?id=${id}`);
      return (await response.json()) as Close;
    },
    wireCode: (code) =>
      capabilities.anyCloseCode || code === 1000 || code >= 3000 ? code : code + 3000,
  };
}

/** Receives the next message, and returns its data. */
export async function dataOf(client: Client): Promise<unknown> {
  return (await client.receive()).value?.data;
}

/** Receives the next message, which must be binary, and returns its data. */
export async function bytesOf(client: Client): Promise<Uint8Array> {
  const { value } = await client.receive({ timeout: ms(4_000) });
  if (value?.type !== "binary") throw new Error(`not binary: ${String(value?.type)}`);
  return value.data;
}

/** Returns bytes that hardly compress, so that the buffered size equals the message size. */
export function noise(size: number): Uint8Array {
  const words = new Uint32Array(size / 4);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer);
}
