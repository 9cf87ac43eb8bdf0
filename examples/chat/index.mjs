// Joins a chat room.
//
//   node examples/chat/index.mjs [url] [--room lobby] [--name Ann] [--script]
//
// Without a URL it starts the demo server and prints its URL, so that other terminals can join. With
// --script, or if stdin is not a terminal, two clients hold a scripted conversation.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { CLOSE_CODES, connect } from "wschan";
import { startDemoServer } from "../server/index.mjs";

/** @typedef {{ op: string, name: string, from: string, text: string, message: string }} ChatEvent */

const SCRIPT = [
  { from: "Ann", text: "Hello, Bob. Does this thing lose messages?" },
  { from: "Bob", text: "None so far, and they come in order." },
  { from: "Ann", text: "Then I can go. Goodbye!" },
  { from: "Bob", text: "Goodbye, Ann!" },
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    room: { type: "string", default: "lobby" },
    name: { type: "string", default: "Ann" },
    script: { type: "boolean", default: !process.stdin.isTTY },
  },
});
const server = positionals[0] ? undefined : await startDemoServer();
const url = positionals[0] ?? `${server?.url}/chat`;
try {
  await (values.script ? converse(url, values.room) : chat(url, values.room, values.name));
} finally {
  await server?.close();
}

/**
 * Sends each typed line and prints the messages of others, until Ctrl-C or Ctrl-D.
 *
 * @param {string} url
 * @param {string} room
 * @param {string} name
 */
async function chat(url, room, name) {
  const client = await join(url, room, name);
  console.log(`${url}: you are ${name} in ${room}; Ctrl-D leaves`);
  const lines = createInterface({ input: process.stdin });
  // A failed send also ends the loop below, which throws the reason. Nothing needs to be caught here.
  lines.on("line", (text) => void say(client, text));
  lines.on("close", () => void client.close(CLOSE_CODES.NORMAL, "goodbye"));
  process.once("SIGINT", () => lines.close());
  try {
    for await (const message of client) {
      const event = parse(message);
      if (event.from !== name) console.log(describe(event));
    }
  } finally {
    lines.close();
  }
  report(name, await client.closed);
}

/**
 * Runs the scripted conversation of Ann and Bob, and prints the events that Ann receives.
 *
 * @param {string} url
 * @param {string} room
 */
async function converse(url, room) {
  const ann = await join(url, room, "Ann");
  const bob = await join(url, room, "Bob");
  await Promise.all([
    perform(ann, "Ann", (event) => console.log(describe(event))),
    perform(bob, "Bob", () => {}),
  ]);
  report("Ann", await ann.closed);
  report("Bob", await bob.closed);
}

/**
 * Sends the script's lines for `name`, each after the previous line has arrived. Bob leaves after the last
 * line, and Ann after Bob has left.
 *
 * @param {import("wschan").Client} client
 * @param {string} name
 * @param {(event: ChatEvent) => void} onEvent
 */
async function perform(client, name, onEvent) {
  let heard = 0;
  for await (const message of client) {
    const event = parse(message);
    onEvent(event);
    if (event.op === "message") heard += 1;
    const bobIsHere = event.name === "Bob" || heard > 0;
    const isOver = name === "Bob" ? heard === SCRIPT.length : event.op === "left";
    if (isOver) await client.close(CLOSE_CODES.NORMAL, "goodbye");
    else if (bobIsHere && SCRIPT[heard]?.from === name) await say(client, SCRIPT[heard].text);
  }
}

/**
 * Connects and joins a room.
 *
 * @param {string} url
 * @param {string} room
 * @param {string} name
 */
async function join(url, room, name) {
  const client = await connect(url);
  await client.send(JSON.stringify({ op: "join", room, name }));
  return client;
}

/**
 * @param {import("wschan").Client} client
 * @param {string} text
 */
function say(client, text) {
  return client.send(JSON.stringify({ op: "say", text }));
}

/**
 * @param {import("wschan").Message} message
 * @returns {ChatEvent}
 */
function parse(message) {
  return JSON.parse(String(message.data));
}

/** @param {ChatEvent} event */
function describe(event) {
  if (event.op === "message") return `${event.from}: ${event.text}`;
  if (event.op === "error") return `(error from the server: ${event.message})`;
  return `(${event.name} ${event.op})`;
}

/**
 * @param {string} name
 * @param {import("wschan").CloseInfo} info
 */
function report(name, { code, clean }) {
  console.log(`${name}: closed with ${code}, ${clean ? "clean" : "not clean"}`);
}
