import { reconnecting } from "wschan/reconnect";

// Press "Cut" while it runs. The client opens the next connection by itself.
const client = reconnecting("wss://api.example.com/feed", {
  backoff: { min: "1s", max: "10s" },
  onConnect: (connection) => connection.send("subscribe"),
});

client.onStatus((status) => {
  if (status.type === "waiting") {
    const { attempt, delay, error } = status;
    console.log(error.code, "- attempt", attempt, "in", Math.round(delay), "ms");
  } else {
    console.log(status.type);
  }
});

let count = 0;
for await (const message of client) {
  if (++count % 10 === 0) console.log(count, "messages, the last is", message.data);
}
