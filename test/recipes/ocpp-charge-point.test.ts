import { expect, test } from "vitest";
import { openChargePoint } from "../../examples/recipes/ocpp-charge-point.js";
import { Condition } from "../helpers/condition.js";
import { startEchoServer } from "../helpers/echo-server.js";
import type { EchoConnection, EchoServer } from "../helpers/echo-server.js";
import { failure } from "../helpers/failure.js";
import { checkLeaks } from "../helpers/leaks.js";

checkLeaks();

const BOOT = { chargePointVendor: "Example", chargePointModel: "One" };

type Frame = [type: number, id: string, ...rest: unknown[]];

interface CentralSystem {
  readonly server: EchoServer;
  /** Everything that has arrived. */
  readonly frames: Frame[];
  /** Resolves when `holds` is true for what has arrived. */
  until(holds: (frames: readonly Frame[]) => boolean): Promise<void>;
}

/** Starts a central system that accepts each boot. `handle` gets every other frame. */
async function startCentralSystem(
  handle: (connection: EchoConnection, frame: Frame) => void = () => {},
  boots: readonly string[] = [],
  interval = 3_600,
): Promise<CentralSystem> {
  const frames: Frame[] = [];
  const changed = new Condition();
  let boot = 0;
  const server = await startEchoServer({
    echo: false,
    onConnection: (connection) => {
      const { ws } = connection;
      ws.on("message", (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as Frame;
        frames.push(frame);
        if (frame[2] === "BootNotification") {
          const status = boots[boot++] ?? "Accepted";
          ws.send(JSON.stringify([3, frame[1], { status, interval, currentTime: "2026-01-01" }]));
        } else handle(connection, frame);
        changed.notify();
      });
    },
  });
  return { server, frames, until: (holds) => changed.until(() => holds(frames)) };
}

test("boots first, by the subprotocol ocpp1.6, and then makes one call at a time", async () => {
  let open = 0;
  let most = 0;
  const { server: started, frames } = await startCentralSystem(({ ws }, [, id, action]) => {
    most = Math.max(most, ++open);
    setImmediate(() => {
      open--;
      ws.send(JSON.stringify([3, id, { action }]));
    });
  });
  await using server = started;
  const point = openChargePoint(`${server.url}CP-1`, {}, BOOT);
  const results = ["StatusNotification", "Authorize", "MeterValues"].map((action) =>
    point.call(action, {}),
  );
  expect(await Promise.all(results)).toEqual([
    { action: "StatusNotification" },
    { action: "Authorize" },
    { action: "MeterValues" },
  ]);
  expect(most).toBe(1);
  expect(frames[0]).toEqual([2, expect.any(String), "BootNotification", BOOT]);
  const { ws, request } = await server.connection();
  expect([ws.protocol, request.url]).toEqual(["ocpp1.6", "/CP-1"]);
  await point.close();
});

test("answers the calls of the central system: result, exception, unknown action", async () => {
  const central = await startCentralSystem(({ ws }, [type, id]) => {
    if (type !== 2) return;
    ws.send(JSON.stringify([3, id, {}]));
    ws.send(JSON.stringify([2, "a", "Reset", { type: "Soft" }]));
    ws.send(JSON.stringify([2, "b", "GetLocalListVersion", {}]));
    ws.send(JSON.stringify([2, "c", "toString", {}]));
  });
  await using server = central.server;
  const handlers = {
    Reset: (payload: object) => ({ status: "Accepted", payload }),
    GetLocalListVersion: () => Promise.reject(new Error("secret")),
  };
  const point = openChargePoint(server.url, handlers, BOOT);
  await point.call("StatusNotification", {});
  await central.until((frames) => frames.length === 5);
  expect(central.frames.slice(2)).toEqual([
    [3, "a", { status: "Accepted", payload: { type: "Soft" } }],
    [4, "b", "InternalError", "", {}],
    [4, "c", "NotImplemented", "", {}],
  ]);
  await point.close();
});

test("rejects a call with the error of the central system", async () => {
  const { server: started } = await startCentralSystem(({ ws }, [, id]) => {
    ws.send(JSON.stringify([4, id, "FormationViolation", "no idTag", {}]));
  });
  await using server = started;
  const point = openChargePoint(server.url, {}, BOOT);
  await expect(point.call("Authorize", {})).rejects.toThrow(
    "Authorize: FormationViolation: no idTag",
  );
  await point.close();
});

test("boots again after the connection was cut, and fails the call that was sent", async () => {
  const { server: started, frames } = await startCentralSystem(({ ws }, [, id, action]) => {
    if (action === "StartTransaction") ws.terminate();
    else ws.send(JSON.stringify([3, id, {}]));
  });
  await using server = started;
  const point = openChargePoint(server.url, {}, BOOT);
  const error = await failure(point.call("StartTransaction", {}));
  expect(error).toMatchObject({ code: "CLOSED", retryable: true });
  expect(await point.call("StopTransaction", {})).toEqual({});
  expect(frames.map(([, , action]) => action)).toEqual([
    "BootNotification",
    "StartTransaction",
    "BootNotification",
    "StopTransaction",
  ]);
  await point.close();
});

test("tries again if the boot is pending, and sends heartbeats at the interval of the reply", async () => {
  const central = await startCentralSystem(
    ({ ws }, [, id]) => ws.send(JSON.stringify([3, id, {}])),
    ["Pending"],
    0.02,
  );
  await using server = central.server;
  const point = openChargePoint(server.url, {}, BOOT);
  await central.until((frames) => frames.length === 4);
  expect(central.frames.map(([, , action]) => action)).toEqual([
    "BootNotification",
    "BootNotification",
    "Heartbeat",
    "Heartbeat",
  ]);
  expect(server.connections).toHaveLength(2);
  await point.close();
});

test("gives up if the central system does not choose the subprotocol", async () => {
  await using server = await startEchoServer({ handleProtocols: () => false });
  const point = openChargePoint(server.url, {}, BOOT);
  expect((await point.closed).error?.code).toBe("HANDSHAKE_REJECTED");
});
