import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { startDemoServer } from "../../examples/server/index.mjs";
import { Program } from "../helpers/program.js";
import { ROOT } from "../helpers/root.js";
import { run } from "../helpers/run.js";
import { ms } from "../helpers/time.js";

const PRICE = /^[A-Z]{3}-USD \d+\.\d{2}$/;
const TIMEOUT_MS = ms(30_000);

const node = (...args: string[]) => run(process.execPath, args, ROOT);

describe("the demo", { timeout: TIMEOUT_MS }, () => {
  const demo = (...args: string[]) => node("examples/demo.mjs", ...args);

  test("prints prices, rate and round trips, and closes cleanly", async () => {
    const { code, stdout, stderr } = await demo("--seconds", "2", "--ping", "500ms");
    expect(stderr).toBe("");
    const [page, ...lines] = stdout.trimEnd().split("\n");
    expect(page).toMatch(/^page: http:\/\/127\.0\.0\.1:\d+\/ for 2 s; with --serve until Ctrl-C$/);
    const [messages, gaps, pings, closed] = lines.splice(-4);
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) {
      expect(line).toMatch(
        /^BTC-USD \d+\.\d\d {2}ETH-USD \d+\.\d\d \| [1-9]\d* msg\/s \| ping (-|\d+\.\d\d ms) \| \d+ messages$/,
      );
    }
    expect(lines.at(-1)).toMatch(/ping \d/);
    expect(messages).toMatch(/^messages: [1-9]\d* in \d+\.\d s$/);
    expect(gaps).toBe("gaps in sequence: 0");
    expect(pings).toMatch(/^pings: [1-9]\d* \(round trip \d+\.\d\d to \d+\.\d\d ms\)$/);
    expect(closed).toBe("closed: 1000, clean");
    expect(code).toBe(0);
  });

  test("loses nothing at the highest rate", async () => {
    const { code, stdout } = await demo("--seconds", "1", "--rate", "10000", "--ping", "50ms");
    expect(stdout).toContain("gaps in sequence: 0\n");
    expect(code).toBe(0);
  });

  test("accepts a duration of a fraction of a second", async () => {
    const { code, stdout, stderr } = await demo("--seconds", "0.05");
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\npings: 0\nclosed: 1000, clean\n$/);
    expect(code).toBe(0);
  });

  test("closes cleanly on Ctrl-C", async () => {
    const program = new Program("examples/demo.mjs", "--seconds", "600");
    await program.wrote(" messages\n");
    program.child.kill("SIGINT");
    const { code, stdout, stderr } = await program.ended;
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\ngaps in sequence: 0\npings: .*\nclosed: 1000, clean\n$/);
    expect(code).toBe(0);
  });

  test.each([
    [["--seconds", "ten"], "--seconds ten: must be a number"],
    [["--seconds", "0"], "--seconds 0: must be a number above 0"],
    [["--seconds=-1"], "--seconds -1: must be a number above 0"],
    [["--seconds="], "--seconds : must be a number"],
    [["--seconds", "NaN"], "--seconds NaN: must be a number"],
    [["--seconds", "86401"], "--seconds 86401: must be a number above 0 and up to 86400"],
    [["--seconds"], "--seconds"],
    [["--rate", "0"], "--rate 0: must be a number from 1 to 10000"],
    [["--rate", "10001"], "--rate 10001: must be a number from 1 to 10000"],
    [["--ping", "soon"], "soon"],
    [["--ping", "0"], "--ping 0: must be above 0"],
    [["--port", "http"], "--port http: must be a whole number from 0 to 65535"],
    [["--port", "65536"], "--port 65536: must be a whole number from 0 to 65535"],
    [["--port", "1.5"], "--port 1.5: must be a whole number"],
    [["--port="], "--port : must be a whole number"],
    [["--serve", "--seconds", "5"], "--serve: shows no stream, so there is no --seconds"],
    [["--serve", "--rate", "5"], "--serve: shows no stream, so there is no --rate"],
    [["--serve", "--ping", "5s"], "--serve: shows no stream, so there is no --ping"],
    [["--fast"], "--fast"],
    [["10"], "10"],
  ])("rejects %j with its usage and exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await demo(...args);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).toContain("usage: npm run demo -- [--seconds N]");
    expect(code).toBe(2);
  });

  test("serves the page while it streams", async () => {
    const program = new Program("examples/demo.mjs", "--seconds", "600");
    const [, page = ""] = await program.wroteMatch(/^page: (\S+)/);
    const response = await fetch(page);
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining("<title>wschan demo</title>"),
    ]);
  });

  test("with --serve prints no stream and serves the page on the given port until Ctrl-C", async () => {
    const server = await startDemoServer();
    await server.close();
    const program = new Program("examples/demo.mjs", "--serve", "--port", String(server.port));
    await program.wrote("\n");
    expect((await fetch(server.page)).status).toBe(200);
    program.child.kill("SIGINT");
    expect(await program.ended).toEqual({
      stdout: `page: ${server.page} until Ctrl-C\n`,
      stderr: "",
      code: 0,
    });
  });

  test("fails if the port is in use", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const { code, stdout, stderr } = await demo("--serve", "--port", String(server.port));
    expect(stdout).toBe("");
    expect(stderr).toContain("EADDRINUSE");
    expect(code).toBe(1);
  });
});

describe("the price-stream example", { timeout: TIMEOUT_MS }, () => {
  const EXAMPLE = "examples/price-stream/index.mjs";

  test("prints prices and round trips of its own server, and closes cleanly", async () => {
    const { code, stdout, stderr } = await node(EXAMPLE);
    expect(stderr).toBe("");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("closed with 1000, clean");
    expect(lines.filter((line) => PRICE.test(line))).toHaveLength(100);
    expect(lines.some((line) => /^ping \d+\.\d\d ms$/.test(line))).toBe(true);
    expect(code).toBe(0);
  });

  test("closes cleanly on Ctrl-C", async () => {
    const program = new Program(EXAMPLE);
    await program.wrote("\n");
    program.child.kill("SIGINT");
    const { code, stdout, stderr } = await program.ended;
    expect(stderr).toBe("");
    expect(stdout).toMatch(/closed with 1000, clean\n$/);
    expect(code).toBe(0);
  });

  test("exits with 0 when the server of the given URL shuts down", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const program = new Program(EXAMPLE, `${server.url}/prices`);
    await program.wrote("\n");
    await server.close();
    const { code, stdout, stderr } = await program.ended;
    expect(stderr).toBe("");
    expect(stdout).toMatch(/closed with 1001, clean\n$/);
    expect(code).toBe(0);
  });

  test("fails with CONNECTION_LOST when the connection is cut", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => server.close());
    await once(server, "listening");
    server.on("connection", (ws) => ws.on("message", () => ws.terminate()));
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await node(EXAMPLE, `ws://127.0.0.1:${port}`);
    expect(stdout).toBe("closed with 1006, not clean\n");
    expect(stderr).toContain("CONNECTION_LOST");
    expect(code).toBe(1);
  });

  test("fails with the server's error when its request is refused", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const { code, stdout, stderr } = await node(EXAMPLE, `${server.url}/chat`);
    expect(stdout).toBe("closed with 1000, clean\n");
    expect(stderr).toContain("the server refused: unknown op; known: join, say");
    expect(code).toBe(1);
  });

  test("fails with HANDSHAKE_REJECTED if the endpoint does not exist", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const { code, stderr } = await node(EXAMPLE, `${server.url}/nothing`);
    expect(stderr).toContain("HANDSHAKE_REJECTED");
    expect(code).toBe(1);
  });
});

describe("the chat example", { timeout: TIMEOUT_MS }, () => {
  const EXAMPLE = "examples/chat/index.mjs";
  const CONVERSATION = `\
(Ann joined)
(Bob joined)
Ann: Hello, Bob. Does this thing lose messages?
Bob: None so far, and they come in order.
Ann: Then I can go. Goodbye!
Bob: Goodbye, Ann!
(Bob left)
Ann: closed with 1000, clean
Bob: closed with 1000, clean
`;

  test.each([
    ["--script is given", ["--script"]],
    ["its input is not a terminal", []],
  ])("plays a scripted conversation if %s", async (_when, args) => {
    expect(await node(EXAMPLE, ...args)).toEqual({ stdout: CONVERSATION, stderr: "", code: 0 });
  });

  test("plays the conversation in the given room of a given server", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const url = `${server.url}/chat`;
    const results = await Promise.all([node(EXAMPLE, url), node(EXAMPLE, url, "--room", "other")]);
    expect(results.map(({ stdout }) => stdout)).toEqual([CONVERSATION, CONVERSATION]);
  });

  // Makes the example treat its input, which is a pipe, as a terminal.
  const typing = ["--import", "data:text/javascript,process.stdin.isTTY = true", EXAMPLE];

  test("sends typed lines, prints the messages of others and leaves at the end of input", async () => {
    const server = await startDemoServer();
    onTestFinished(() => server.close());
    const url = `${server.url}/chat`;
    const ann = new Program(...typing, url, "--name", "Ann");
    await ann.wrote("(Ann joined)");
    const bob = new Program(...typing, url, "--name", "Bob");
    await bob.wrote("(Bob joined)");
    bob.child.stdin.write("Hello from Bob\n");
    await ann.wrote("Bob: Hello from Bob");
    ann.child.stdin.end("Hello from Ann\n");
    await bob.wrote("(Ann left)");
    bob.child.kill("SIGINT");
    expect(await ann.ended).toEqual({
      stdout: `\
${url}: you are Ann in lobby; Ctrl-D leaves
(Ann joined)
(Bob joined)
Bob: Hello from Bob
Ann: closed with 1000, clean
`,
      stderr: "",
      code: 0,
    });
    expect(await bob.ended).toEqual({
      stdout: `\
${url}: you are Bob in lobby; Ctrl-D leaves
(Bob joined)
Ann: Hello from Ann
(Ann left)
Bob: closed with 1000, clean
`,
      stderr: "",
      code: 0,
    });
  });

  test("starts a server for others when no URL is given", async () => {
    const program = new Program(...typing);
    await program.wrote("(Ann joined)");
    program.child.stdin.end();
    const { code, stdout } = await program.ended;
    expect(stdout).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/chat: you are Ann in lobby/);
    expect(code).toBe(0);
  });
});
