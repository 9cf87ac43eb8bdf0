// The effect of a socket on the life of the process, on the built package.
import { describe, expect, test } from "vitest";
import { Program } from "../../helpers/program.js";
import { ms } from "../../helpers/time.js";
import { checkTraces, echoServer, quiet, silentServer } from "./support.js";

checkTraces();

/** Starts a program that opens a socket to `url` and then runs `code`. */
function start(url: string, code: string, options = "{}"): Program {
  return new Program(
    "--input-type=module",
    "--eval",
    `import { ReconnectingWebSocket } from "./dist/compat/node.mjs";
    const socket = new ReconnectingWebSocket(${JSON.stringify(url)}, [], ${options});
    const report = ({ type }) => console.log(type);
    for (const type of ["open", "close", "error"]) socket.addEventListener(type, report);
    ${code}`,
  );
}

/** An hour, so that only an explicit end lets the process exit. */
const SLOW = '{ backoff: { min: "1h", max: "1h" } }';

describe("the process", () => {
  test("stays alive while a connection is open, and exits after close()", async () => {
    const server = await echoServer();
    const program = start(server.url, "socket.onmessage = () => socket.close();");
    const { ws } = await server.connection();
    await program.wrote("open");
    await quiet(300);
    expect(program.child.exitCode).toBeNull();
    ws.send("end");
    expect(await program.ended).toEqual({ stdout: "open\nclose\n", stderr: "", code: 0 });
  });

  test("stays alive in a pause, and exits after close()", async () => {
    const program = start(
      "ws://127.0.0.1:1/",
      "process.stdin.once('data', () => { socket.close(); process.stdin.unref(); }).unref();",
      SLOW,
    );
    await program.wrote("close");
    await quiet(300);
    expect(program.child.exitCode).toBeNull();
    program.child.stdin.write("end");
    expect(await program.ended).toEqual({ stdout: "error\nclose\n", stderr: "", code: 0 });
  });

  test("exits after close() during a dial", async () => {
    const server = await silentServer();
    const program = start(
      server.url,
      `setTimeout(() => socket.close(), ${ms(100)});`,
      '{ dialTimeout: "1h" }',
    );
    const { stderr, code } = await program.ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test("exits after close() in the turn of the constructor", async () => {
    const program = start("ws://127.0.0.1:1/", "socket.close();", SLOW);
    expect(await program.ended).toMatchObject({ stderr: "", code: 0 });
  });

  test("exits when the attempts are used up", async () => {
    const program = start("ws://127.0.0.1:1/", "", "{ maxAttempts: 1 }");
    expect(await program.ended).toEqual({ stdout: "error\nclose\n", stderr: "", code: 0 });
  });

  test("exits after close(), although a message with a ttl waits for reconnect()", async () => {
    const program = start(
      "ws://127.0.0.1:1/",
      "socket.send('x'); socket.onclose = () => socket.close();",
      '{ queue: { ttl: "1h" } }',
    );
    expect(await program.ended).toMatchObject({ stderr: "", code: 0 });
  });

  test("exits after close() of a connection whose server does not answer, within closeTimeout", async () => {
    const server = await echoServer({ onConnection: ({ ws }) => ws.pause() });
    const program = start(
      server.url,
      "socket.onopen = () => socket.close();",
      `{ closeTimeout: ${ms(200)} }`,
    );
    const { stderr, code } = await program.ended;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });
});
