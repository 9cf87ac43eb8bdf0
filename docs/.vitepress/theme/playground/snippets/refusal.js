import { reconnecting } from "wschan/reconnect";

// "Refuse dials" is on: the server answers 503. Turn it off while this runs.
const client = reconnecting("wss://api.example.com/echo", {
  backoff: { min: "500ms", max: "5s" },
});

// There is no connection yet, so this message waits in the queue.
const sent = client.send("hello");

for await (const status of client.status()) {
  if (status.type === "waiting") {
    const { code, kind, details } = status.error;
    console.log(code, kind, details.status ?? "", "- wait", Math.round(status.delay), "ms");
  }
  if (status.type === "open") break;
}

await sent;
const { value } = await client.receive({ timeout: "5s" });
console.log("the server sent back:", value.data);
await client.close();
