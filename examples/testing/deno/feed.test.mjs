// @ts-check
// deno test --allow-env --allow-read. Deno fails a test that leaves a timer or a resource behind.
import assert from "node:assert/strict";
import { connect } from "wschan";
import { TestServer } from "wschan/testing";

Deno.test("a price is received", async () => {
  const server = new TestServer("wss://prices.example/*");
  const client = await connect("wss://prices.example/");
  const peer = await server.accept({ timeout: "1s" });
  await client.send("subscribe");
  await peer.expect("subscribe");
  await peer.send("price: 42");
  const { value } = await client.receive({ timeout: "1s" });
  assert.equal(value?.data, "price: 42");
  await client.close();
  await server.close();
});
