import { describe, expect, test } from "vitest";
import type { WsError } from "../../../src/node.js";
import { ms } from "../../helpers/time.js";
import { dataOf } from "./fixture.js";
import type { Fixture } from "./fixture.js";

/** Tests how a connection is opened, and how that fails. */
export function testDialling({
  capabilities,
  connect,
  createContext,
  open,
  serverUrl,
}: Fixture): void {
  describe("a dial", () => {
    test("returns a client with the negotiated properties", async () => {
      const { client, id } = await open("q=1");
      expect(client.state).toBe("open");
      expect(serverUrl()).toMatch(/^wss?:\/\/127\.0\.0\.1:\d+\/$/);
      expect(client.url).toBe(`${serverUrl()}?id=${id}&q=1`);
      expect(client.protocol).toBe("");
      expect(client.canPing).toBe(capabilities.canPing);
      expect(client.backpressure).toBe(capabilities.backpressure);
      if (capabilities.handshake) expect(client.handshake?.status).toBe(101);
      else expect(client.handshake).toBeUndefined();
      expect(client.channel()).toBe(client.channel());
      expect(client.bufferedAmount).toBe(0);
      await client.close();
    });

    test("accepts http: instead of ws:, and a URL object", async () => {
      const url = new URL(serverUrl().replace(/^ws/, "http"));
      const client = await connect(url);
      expect(client.url).toBe(serverUrl());
      await client.close();
    });

    test("negotiates a subprotocol", async () => {
      const { client } = await open("", { protocols: ["a", "b.2"] });
      expect(client.protocol).toBe("b.2");
      await client.close();
      const single = await open("", { protocols: "only" });
      expect(single.client.protocol).toBe("only");
      await single.client.close();
    });

    test("fails if the server selects none of the offered subprotocols", async () => {
      const dialled = open("noprotocol", { protocols: ["a"] });
      if (capabilities.handshake) {
        await expect(dialled).rejects.toMatchObject({
          code: "HANDSHAKE_REJECTED",
          kind: "INTERNAL",
          retryable: false,
        });
      } else {
        // Some platforms check the subprotocol themselves, and do not report why the dial failed.
        await expect(dialled).rejects.toMatchObject({
          code: expect.stringMatching(/^(HANDSHAKE_REJECTED|DIAL_FAILED)$/) as string,
        });
      }
    });

    test("loses no message that arrives with the handshake response or before the first receive", async () => {
      for (let i = 0; i < 5; i++) {
        const { client } = await open("greet=5");
        if (i > 0) await new Promise((resolve) => setTimeout(resolve, i * 5));
        const texts = [];
        for (let n = 0; n < 5; n++) texts.push(await dataOf(client));
        expect(texts).toEqual(["0", "1", "2", "3", "4"]);
        await client.close();
      }
    });

    test("loses no message if more arrive than the channel holds", async () => {
      const { client } = await open("greet=500", { channelCapacity: 3 });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(client.channel().length).toBe(3);
      for (let n = 0; n < 500; n++) expect(await dataOf(client)).toBe(String(n));
      await client.close();
    });

    test("that the server refuses rejects with the HTTP status, if the platform exposes it", async () => {
      const error = (await open("refuse=503").catch((reason: unknown) => reason)) as WsError;
      if (capabilities.handshake) {
        expect(error).toMatchObject({ code: "HANDSHAKE_REJECTED", kind: "UNAVAILABLE" });
        expect(error.details.status).toBe(503);
      } else {
        expect(error).toMatchObject({ code: "DIAL_FAILED", kind: "INTERNAL" });
      }
      expect(error.retryable).toBe(true);
    });

    test("that gets no response fails after dialTimeout", async () => {
      const start = performance.now();
      await expect(open("silent", { dialTimeout: ms(150) })).rejects.toMatchObject({
        code: "DIAL_TIMEOUT",
        kind: "TIMEOUT",
        retryable: true,
      });
      expect(performance.now() - start).toBeLessThan(ms(500));
    });

    test("can be aborted before and during the handshake, but not afterwards", async () => {
      await expect(open("", { signal: AbortSignal.abort("no") })).rejects.toMatchObject({
        code: "ABORTED",
        kind: "CANCELED",
        cause: "no",
      });
      const controller = new AbortController();
      const { signal } = controller;
      const { client } = await open("", { signal });
      const stuck = open("silent", { signal });
      setTimeout(() => controller.abort("enough"), ms(30));
      await expect(stuck).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
      await client.send("alive");
      expect(await dataOf(client)).toBe("alive");
      await client.close();
    });

    test("fails if the policy denies it, or if the context is closed", async () => {
      await expect(open("", { policy: () => false })).rejects.toMatchObject({
        code: "CONNECT_FORBIDDEN",
      });
      const context = createContext({ policy: ({ url }) => !url?.search.includes("bad") });
      await expect(context.connect(`${serverUrl()}?bad`)).rejects.toMatchObject({
        code: "URL_FORBIDDEN",
      });
      const client = await context.connect(serverUrl());
      expect(context.connection(client.id)).toBe(client);
      await context.close(3001, "over");
      expect(await client.closed).toMatchObject({ code: 3001, reason: "over", by: "local" });
      await expect(context.connect(serverUrl())).rejects.toMatchObject({ code: "NO_CONTEXT" });
    });
  });
}
