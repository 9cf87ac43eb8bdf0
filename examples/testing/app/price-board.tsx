// The code under test: a React component that shows a feed of prices.
import { useEffect, useState } from "react";
import { json } from "wschan/codec";
import { reconnecting } from "wschan/reconnect";

interface Price {
  readonly symbol: string;
  readonly price: number;
}

/** Shows the status of the connection, and the latest price of each symbol. */
export function PriceBoard({ url }: { readonly url: string }) {
  const [status, setStatus] = useState("connecting");
  const [prices, setPrices] = useState<ReadonlyMap<string, number>>(new Map());

  useEffect(() => {
    const client = reconnecting(url, { codec: json<Price>() });
    const watch = async (): Promise<void> => {
      for await (const { type } of client.status()) setStatus(type);
    };
    const read = async (): Promise<void> => {
      for await (const { symbol, price } of client) {
        setPrices((earlier) => new Map(earlier).set(symbol, price));
      }
    };
    void watch();
    read().catch(() => setStatus("failed"));
    return () => void client.close();
  }, [url]);

  return (
    <section>
      <p role="status">{status}</p>
      <ul>
        {[...prices].map(([symbol, price]) => (
          <li key={symbol}>{`${symbol} ${price}`}</li>
        ))}
      </ul>
    </section>
  );
}
