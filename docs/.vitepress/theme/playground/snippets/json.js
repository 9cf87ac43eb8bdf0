import { connect } from "wschan";
import { json } from "wschan/codec";

// With a codec you send and receive values. /feed sends a price again and again.
const client = await connect("wss://api.example.com/feed", { codec: json() });

let count = 0;
for await (const { symbol, price } of client) {
  console.log(symbol, price);
  if (++count === 8) break;
}

await client.close();
console.log(client.stats);
