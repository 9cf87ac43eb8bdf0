import { after, connect, select, ticker } from "wschan";

const client = await connect("wss://api.example.com/feed");
const seconds = ticker("1s").channel;
const end = after("3s");

let count = 0;
for (;;) {
  // Waits for the first of three channels.
  const { channel, ok } = await select([
    client.channel().caseReceive(),
    seconds.caseReceive(),
    end.caseReceive(),
  ]);
  if (channel === end || !ok) break; // ok is false if the connection has ended
  if (channel === seconds) console.log("messages so far:", count);
  if (channel === client.channel()) count++;
}

await client.close();
console.log("messages in 3 seconds:", count);
