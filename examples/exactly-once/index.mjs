// Sends 1,000 texts to a server that breaks the connection every 30 ms.
//
//   node examples/exactly-once/index.mjs
import { setTimeout as wait } from "node:timers/promises";
import { Mailer } from "./mailer.mjs";
import { MailServer } from "./server.mjs";

const server = new MailServer();
const mailer = new Mailer(`${await server.listen()}/ann`, { backoff: { min: 5, max: 20 } });
let cuts = 0;
const cutting = setInterval(() => {
  server.cut();
  cuts++;
}, 30);

/** @type {Promise<void>[]} */
const sent = [];
for (let i = 1; i <= 1_000; i++) {
  sent.push(mailer.send(`text ${i}`));
  if (i % 5 === 0) await wait(1);
}
await Promise.all(sent);
clearInterval(cutting);
await mailer.close();
server.close();

const texts = server.accepted.get("/ann") ?? [];
const inOrder = texts.every((text, i) => text === `text ${i + 1}`);
console.log(
  `${texts.length} texts arrived, ${inOrder ? "each once and in order" : "not in order"}`,
);
console.log(`connections broken: ${cuts}`);
