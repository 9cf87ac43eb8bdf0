import { connect } from "wschan";
import { json } from "wschan/codec";
import { createHub } from "wschan/hub";

const client = await connect("wss://api.example.com/feed", { codec: json() });
const hub = createHub(client);

// Each subscription gets every message that its filter accepts.
const gold = hub.subscribe(({ symbol }) => symbol === "gold");
const all = hub.subscribe();

async function printGold() {
  for await (const { price } of gold) console.log("gold costs", price);
}

async function countAll() {
  let count = 0;
  for await (const { number } of all) {
    if (++count % 5 === 0) console.log(count, "messages, the last is number", number);
    if (count === 20) break;
  }
  await client.close();
}

await Promise.all([printGold(), countAll()]);
console.log("the hub has ended");
