import { expect, test } from "vitest";
import { packets } from "../../examples/codec-packets.mjs";
import * as codecs from "../../src/codec/node.js";
import { connect } from "../../src/node.js";
import { reconnecting } from "../../src/reconnect/node.js";
import { byName } from "../helpers/by-name.js";
import { consume } from "../helpers/feed-clients.mjs";
import { FEEDS, startFeed } from "../helpers/feeds.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const KIT = { ...codecs, connect, reconnecting, packets };

test.each(byName(FEEDS))("a codec decodes a feed in the format of %s", async (_, feed) => {
  await using server = await startFeed(feed);
  expect(await consume(feed.name, KIT, server.url)).toEqual(feed.expected);
});
