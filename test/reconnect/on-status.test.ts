import { describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../src/reconnect/node.js";
import { TestServer } from "../../src/testing/node.js";
import { checkLeaks } from "../helpers/leaks.js";
import { collectUncaught } from "../helpers/uncaught.js";
import { until } from "./support.js";

checkLeaks();

const URL = "wss://api.example.com/feed";

describe("onStatus", () => {
  test("calls the listener at every change, in its turn, until it is removed", async () => {
    const server = new TestServer("*");
    const client = reconnecting(URL, { autoStart: false });
    const seen: unknown[] = [];
    const listener = (status: unknown): void => {
      expect(client.state).toBe(status);
      seen.push((status as { type: string }).type);
    };
    const removers = [client.onStatus(listener), client.onStatus(listener)];
    client.start();
    await until(client, "open");
    expect(seen).toEqual(["connecting", "connecting", "open", "open"]);
    for (const remove of removers) remove();
    await client.close();
    await server.close();
    expect(seen.length).toBe(4);
  });

  test("reports an exception of a listener as uncaught, and calls the others", async () => {
    const failure = new Error("listener failed");
    const uncaught = collectUncaught();
    const client = reconnecting(URL, { autoStart: false });
    const other = vi.fn();
    client.onStatus(() => {
      throw failure;
    });
    client.onStatus(other);
    await client.close();
    await vi.waitFor(() => expect(uncaught).toEqual([failure]));
    expect(other).toHaveBeenCalledExactlyOnceWith(client.state);
  });

  test.each([undefined, null, {}, "open"])("rejects %o as a listener", async (listener) => {
    const client = reconnecting(URL, { autoStart: false });
    const listen = (): unknown => client.onStatus(listener as never);
    expect(listen).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
    await client.close();
  });
});
