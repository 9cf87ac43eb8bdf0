import { describe } from "vitest";
import { testAttacks } from "../../helpers/adversary.js";
import { createCertificate } from "../../helpers/certificates.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { FAILED, REFUSED, responses, TOO_LATE } from "./responses.js";

checkLeaks();

describe("TLS", () => {
  const certificate = createCertificate();
  const ignore = (): void => {};

  testAttacks(
    "with a server that does not support it fails the dial",
    Object.entries({
      HTTP: "HTTP/1.1 400 Bad Request\r\n\r\n",
      SSH: "SSH-2.0-OpenSSH_9.2p1\r\n",
      zeros: "\0".repeat(1_000),
      "a record that is too long": "\x16\x03\x03\x7f\x7f" + "x".repeat(32_767),
    }).map(([name, greeting]) => ({ name, greeting, answer: ignore })),
    { expected: FAILED, scheme: "wss" },
  );

  testAttacks(
    "with a server that sends nothing fails the dial after dialTimeout",
    [{ name: "silence", answer: ignore }],
    {
      expected: TOO_LATE,
      scheme: "wss",
      options: { dialTimeout: ms(200) },
    },
  );

  testAttacks(
    "required by the server but not used by the client fails the dial",
    [{ name: "a request in plain text", answer: ignore }],
    { expected: FAILED, scheme: "ws", tls: certificate },
  );

  testAttacks(
    "with a certificate that is not trusted fails the dial",
    [{ name: "self-signed", answer: ignore }],
    {
      expected: "DIAL_FAILED, INTERNAL; wire: nothing",
      tls: certificate,
    },
  );

  testAttacks(
    "does not change how an invalid response is rejected",
    responses({ "a wrong Accept": { accept: () => "Sec-WebSocket-Accept: x" } }),
    {
      expected: REFUSED,
      tls: certificate,
      options: { node: { tls: { ca: certificate.cert } } },
    },
  );
});
