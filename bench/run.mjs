// Ratios of wschan against bare `ws`, taken in one run: alternating rounds, medians. `npm run bench`.
import { fork } from "node:child_process";
import { connect } from "wschan";
import WebSocket from "ws";

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const ONLY = process.argv[2];

const server = fork(new URL("./server.mjs", import.meta.url));
const port = await new Promise((resolve) => server.once("message", resolve));
const url = (job) => `ws://127.0.0.1:${port}/?${encodeURIComponent(JSON.stringify(job))}`;

const openBare = (job) =>
  new Promise((resolve) => {
    const ws = new WebSocket(url(job), { perMessageDeflate: false, skipUTF8Validation: false });
    ws.on("open", () => resolve(ws));
  });

/** Bytes of a client's masked frame. */
const masked = (size) => size + (size < 126 ? 6 : size < 65_536 ? 8 : 14);

const receiving = (name, opcode, size, count) => {
  const job = { job: "blast", opcode, size, count };
  const bare = async () => {
    let left = count;
    const ws = new WebSocket(url(job), { perMessageDeflate: false });
    await new Promise((resolve) => {
      ws.on("message", (data, isBinary) => {
        const value = isBinary ? data : data.toString();
        if (value.length === size && --left === 0) resolve();
      });
    });
    ws.terminate();
  };
  const forAwait = async () => {
    let left = count;
    const client = await connect(url(job));
    for await (const message of client) {
      if (message.data.length === size && --left === 0) break;
    }
    client.terminate();
  };
  const byReceive = async () => {
    let left = count;
    const client = await connect(url(job));
    const messages = client.channel();
    while (left > 0) {
      const { value } = await messages.receive();
      if (value.data.length === size) left--;
    }
    client.terminate();
  };
  return [
    { name: `${name}, for await`, bare, ours: forAwait },
    { name: `${name}, receive()`, bare, ours: byReceive },
  ];
};

const sending = (name, size, count) => {
  const job = { job: "swallow", bytes: masked(size) * count };
  const text = "a".repeat(size);
  const bareBurst = async () => {
    const ws = await openBare(job);
    const done = new Promise((resolve) => ws.once("message", resolve));
    for (let i = 0; i < count; i++) ws.send(text);
    await done;
    ws.terminate();
  };
  const ourBurst = async () => {
    const client = await connect(url(job));
    for (let i = 0; i < count; i++) void client.send(text);
    await client.receive();
    client.terminate();
  };
  const bareAwaited = async () => {
    const ws = await openBare(job);
    const done = new Promise((resolve) => ws.once("message", resolve));
    for (let i = 0; i < count; i++) await new Promise((resolve) => ws.send(text, resolve));
    await done;
    ws.terminate();
  };
  const ourAwaited = async () => {
    const client = await connect(url(job));
    for (let i = 0; i < count; i++) await client.send(text);
    await client.receive();
    client.terminate();
  };
  return [
    { name: `${name}, burst`, bare: bareBurst, ours: ourBurst },
    { name: `${name}, awaited one by one`, bare: bareAwaited, ours: ourAwaited },
  ];
};

const roundTrips = (size, count) => {
  const job = { job: "answer", size };
  const text = "a".repeat(size);
  const bare = async () => {
    const ws = await openBare(job);
    await new Promise((resolve) => {
      let left = count;
      ws.on("message", (data) => {
        if (data.toString().length === size && --left === 0) resolve();
        else ws.send(text);
      });
      ws.send(text);
    });
    ws.terminate();
  };
  const ours = async () => {
    const client = await connect(url(job));
    for (let i = 0; i < count; i++) {
      void client.send(text);
      await client.receive();
    }
    client.terminate();
  };
  return [{ name: `request-response ${size} B`, bare, ours }];
};

const WORK = [
  ...receiving("receive 64 B text", 1, 64, 200_000),
  ...receiving("receive 1 KiB text", 1, 1024, 100_000),
  ...receiving("receive 64 B binary", 2, 64, 200_000),
  ...receiving("receive 64 KiB binary", 2, 65_536, 4_000),
  ...receiving("receive 1 MiB text", 1, 1_048_576, 250),
  ...sending("send 64 B text", 64, 60_000),
  ...sending("send 64 KiB text", 65_536, 2_000),
  ...sending("send 1 MiB text", 1_048_576, 120),
  ...roundTrips(64, 10_000),
];

const time = async (run) => {
  globalThis.gc?.();
  const start = performance.now();
  await run();
  return performance.now() - start;
};
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

console.log("work".padEnd(44), "ratio".padStart(6), "  spread");
for (const { name, bare, ours } of WORK) {
  if (ONLY !== undefined && !name.includes(ONLY)) continue;
  await bare();
  await ours();
  const ratios = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever goes second finds the machine warmer: take turns.
    const [first, second] = round % 2 ? [ours, bare] : [bare, ours];
    const a = await time(first);
    const b = await time(second);
    ratios.push(round % 2 ? b / a : a / b);
  }
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((r) => r.toFixed(2));
  console.log(name.padEnd(44), median(ratios).toFixed(2).padStart(6), `  ${low} - ${high}`);
}
server.disconnect();
