import { expect, test } from "vitest";
import { createCertificate } from "../../helpers/certificates.js";
import { startEchoServer } from "../../helpers/echo-server.js";
import { both, startFaultProxy } from "../../helpers/fault-proxy.js";
import { checkLeaks } from "../../helpers/leaks.js";
import { ms } from "../../helpers/time.js";
import { connectBy, startProxy } from "./support.js";

checkLeaks();

const certificate = createCertificate();

test(
  "neither writeTimeout nor closeTimeout ends TLS in TLS on which bytes move steadily",
  { timeout: ms(20_000) },
  async () => {
    await using server = await startEchoServer({ tls: certificate, echo: false });
    await using proxy = await startProxy({ tls: certificate });
    await using link = await startFaultProxy(
      `wss://127.0.0.1:${proxy.port}/`,
      both({ rate: 3_000_000 / ms(1) }),
    );
    const by = { url: link.url.replace("wss:", "https:"), tls: { ca: certificate.cert } };
    const client = await connectBy(by, server.url, {
      writeTimeout: ms(1_000),
      closeTimeout: ms(1_000),
      node: { tls: { ca: certificate.cert } },
    });
    const start = performance.now();
    void client.send(new Uint8Array(9_000_000));
    const info = await client.close();
    // Longer than both timeouts, because otherwise they could not end it.
    expect(performance.now() - start).toBeGreaterThan(ms(2_000));
    expect(info).toMatchObject({ code: 1000, clean: true });
  },
);
