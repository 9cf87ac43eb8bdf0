import { describe } from "vitest";
import { AFTER, BEFORE, testAttacks } from "../../helpers/adversary.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { broken, LOST } from "../../helpers/verdict.js";
import { OPENS, responses } from "./responses.js";

checkLeaks();

describe("after the response", () => {
  testAttacks(
    "frames in the same write are read",
    [
      {
        name: "two messages",
        answer: (peer) => peer.accept({}, Buffer.concat([BEFORE, AFTER])),
        send: () => {},
      },
    ],
    { expected: OPENS },
  );

  testAttacks(
    "no body is read, whatever the headers say",
    responses({
      "a length": { more: ["Content-Length: 5"] },
      "a length of 0": { more: ["Content-Length: 0"] },
      chunks: { more: ["Transfer-Encoding: chunked"] },
    }),
    { expected: OPENS },
  );

  testAttacks(
    "bytes that are not a frame end the connection",
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "<html>hello</html>", "5\r\nhello\r\n"].map(
      (text) => ({
        name: JSON.stringify(text),
        answer: (peer) => peer.accept({}, Buffer.from(text)),
      }),
    ),
    { expected: broken(1002, "nothing") },
  );

  testAttacks(
    "an immediate end is reported as a lost connection",
    [
      {
        name: "at once",
        answer: (peer) => {
          peer.accept();
          peer.socket.end();
        },
        send: () => {},
      },
    ],
    { expected: LOST.replace("before", "nothing") },
  );
});
