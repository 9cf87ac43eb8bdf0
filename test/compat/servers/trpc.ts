import { initTRPC, tracked, TRPCError } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { ms } from "../../helpers/time.js";
import { startWsServer } from "./ws-server.js";
import type { WsServer } from "./ws-server.js";

interface Context {
  readonly authorization: string | undefined;
}

const t = initTRPC.context<Context>().create();

const appRouter = t.router({
  greeting: t.procedure.query(({ ctx }) => `hello ${ctx.authorization}`),
  secret: t.procedure.mutation((): string => {
    throw new TRPCError({ code: "FORBIDDEN" });
  }),
  // Counts from the last event that the client has received.
  count: t.procedure
    .input((value) => value as { readonly lastEventId?: string | null | undefined })
    .subscription(async function* ({ input }) {
      for (let n = Number(input.lastEventId ?? 0) + 1; n <= 4; n++) {
        yield tracked(String(n), n);
        // The server is cut after the second event of a connection.
        if (n === 2) await new Promise(() => {});
      }
    }),
});

export type AppRouter = typeof appRouter;

/** A server whose connections get a "PING" each 20 ms, and are ended if they do not answer. */
export const startTrpcServer = (): Promise<WsServer> =>
  startWsServer({
    attach: (wss) =>
      applyWSSHandler<AppRouter>({
        wss,
        router: appRouter,
        createContext: ({ req }) => ({ authorization: req.headers.authorization }),
        keepAlive: { enabled: true, pingMs: ms(20), pongWaitMs: ms(1_000) },
      }),
  });
