/// <reference types="vitest/globals" />
// For Vitest with `globals: true` and Jest, each with a simulated page or in a browser.
import { act, render, screen } from "@testing-library/react";
import { TestClock, TestServer } from "wschan/testing";
import { PriceBoard } from "../app/price-board";

const URL = "wss://prices.example/feed";

/** Lets virtual time pass, and React render. */
const advance = (clock: TestClock, time: string | number): Promise<void> =>
  act(() => clock.advance(time));

test("the board shows prices, the loss of the connection, and its return", async () => {
  const clock = new TestClock();
  const server = new TestServer(URL);
  const { unmount } = render(<PriceBoard url={URL} />);
  expect(screen.getByRole("status").textContent).toBe("connecting");

  await advance(clock, 0);
  const first = await server.accept();
  await first.send('{"symbol":"A","price":1}');
  await first.send('{"symbol":"B","price":2}');
  await advance(clock, 0);
  expect(screen.getByRole("status").textContent).toBe("open");
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["A 1", "B 2"]);

  server.stall();
  first.terminate();
  await advance(clock, "5s");
  expect(screen.getByRole("status").textContent).toBe("connecting");
  await advance(clock, "2m");
  expect(screen.getByRole("status").textContent).toBe("open");

  unmount();
  await clock.advance("1s");
  expect(server.connections).toEqual([]);
  await server.close();
  clock.dispose();
});
