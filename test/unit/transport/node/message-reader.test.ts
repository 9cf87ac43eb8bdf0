import { constants } from "node:buffer";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { FrameFault } from "../../../../src/transport/node/frame-fault.js";
import { MessageReader } from "../../../../src/transport/node/message-reader.js";
import type { ReaderEvents } from "../../../../src/transport/node/message-reader.js";
import { Pings } from "../../../../src/transport/node/pings.js";

test("an inflated text longer than a string can be is a fault", () => {
  const faults: FrameFault[] = [];
  const events = {
    onFault: (fault: FrameFault) => void faults.push(fault),
    onParsed: () => {},
  } as Partial<ReaderEvents> as ReaderEvents;
  const options = { readLimit: 2 ** 30, node: {} };
  const reader = new MessageReader(new PassThrough(), options, undefined, new Pings(), events);
  const size = constants.MAX_STRING_LENGTH + 1;
  // The memory is reserved but not written, so that it costs nothing.
  reader.onInflated(true, Buffer.allocUnsafeSlow(size));
  expect(faults).toMatchObject([{ closeCode: 1009, size, limit: size - 1 }]);
});
