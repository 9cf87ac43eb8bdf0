import { connect, WsError } from "wschan";

async function attempt(name, operation) {
  try {
    await operation();
  } catch (error) {
    if (!WsError.is(error)) throw error;
    console.log(`${name}: ${error.code}, kind ${error.kind}, retryable ${error.retryable}`);
  }
}

// /silent accepts the connection, but answers nothing, not even a ping.
const client = await connect("wss://api.example.com/silent", { closeTimeout: "1s" });

await attempt("receive", () => client.receive({ timeout: "500ms" }));
await attempt("ping", () => client.ping({ timeout: "500ms" }));
await attempt("signal", () => client.receive({ signal: AbortSignal.timeout(500) }));
await attempt("close code", () => client.close(42));
await attempt("option", () => connect("wss://api.example.com/echo", { dialTimout: "1s" }));

// The server does not answer the close frame either.
const info = await client.close();
console.log("closed with", info.code, info.clean ? "and clean" : "and not clean");

await attempt("send", () => client.send("too late"));
