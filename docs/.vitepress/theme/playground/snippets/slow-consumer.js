import { connect } from "wschan";
import { work } from "playground";

// /bulk sends messages of 16 KiB. This loop reads more slowly than they come.
const client = await connect("wss://api.example.com/bulk", {
  channelCapacity: 16,
});

for await (const { data } of client) {
  await work(); // takes the "Time per message" that you choose
  console.log(data.slice(0, 10), "paused so far:", client.stats.timesPaused);
}
