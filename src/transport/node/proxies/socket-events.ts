import type { Socket } from "node:net";

/**
 * Waits for an event of a socket. Rejects if the socket fails or closes first, also if it has done so already.
 *
 * @param whatFailed - Describes what has not happened, for the error of a socket that closed without one.
 */
export function waitFor(socket: Socket, event: string, whatFailed: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off(event, onEvent).off("error", settle).off("close", onClose);
      if (error) reject(error);
      else resolve();
    };
    const onEvent = (): void => settle();
    const onClose = (): void => settle(closeError(socket, whatFailed));
    socket.once(event, onEvent).once("error", settle).once("close", onClose);
    if (socket.destroyed) onClose();
  });
}

/** Returns the error with which a socket has closed, or a new one. */
export function closeError({ errored }: Socket, whatFailed: string): Error {
  return errored ?? new Error(`the connection closed before ${whatFailed}`);
}
