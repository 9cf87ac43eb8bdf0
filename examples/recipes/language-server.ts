// A language server (LSP) over WebSocket: each message is one JSON-RPC message, without headers.
import { connect } from "wschan";
import { jsonRpc } from "wschan/hub";

interface Position {
  line: number;
  character: number;
}

export interface Diagnostics {
  uri: string;
  diagnostics: { message: string; range: { start: Position; end: Position } }[];
}

/** The methods that you use. The package vscode-languageserver-protocol has the types of all. */
interface Methods {
  initialize(params: { processId: null; rootUri: string | null; capabilities: object }): {
    capabilities: { hoverProvider?: boolean };
  };
  initialized(params: object): void;
  "textDocument/didOpen"(params: {
    textDocument: { uri: string; languageId: string; version: number; text: string };
  }): void;
  "textDocument/hover"(params: { textDocument: { uri: string }; position: Position }): {
    contents: unknown;
  } | null;
  shutdown(): null;
  exit(): void;
}
interface Events {
  "textDocument/publishDiagnostics": Diagnostics;
}

/** Connects to a language server, and initializes it. */
export async function openLanguageServer(url: string, rootUri: string | null) {
  const client = await connect(url);
  const rpc = jsonRpc<Methods, Events>(client);
  // Subscribed before the server is asked for anything, so that nothing is missed.
  const diagnostics = rpc.on("textDocument/publishDiagnostics");
  // Requests of the server. Those without a function are answered with "method not found".
  rpc.handle("workspace/configuration", ({ items }: { items: unknown[] }) => items.map(() => null));
  rpc.handle("client/registerCapability", () => null);

  const initialize = { processId: null, rootUri, capabilities: {} };
  const { capabilities } = await rpc.call("initialize", initialize, { timeout: "30s" });
  await rpc.notify("initialized", {});

  return {
    rpc,
    diagnostics,
    capabilities,
    open: (uri: string, languageId: string, text: string) =>
      rpc.notify("textDocument/didOpen", {
        textDocument: { uri, languageId, version: 1, text },
      }),
    close: async () => {
      await rpc.call("shutdown", [], { timeout: "5s" }).catch(() => {});
      await rpc.notify("exit").catch(() => {});
      await client.close();
    },
  };
}
