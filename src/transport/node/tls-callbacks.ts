import { Buffer } from "node:buffer";
import { types } from "node:util";
import { show } from "../../errors/validation.js";

type TlsOptions = Readonly<Record<string, unknown>>;
type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** OpenSSL's limits of a pre-shared key and its identity, in bytes. */
const MAX_PSK_BYTES = 512;
const MAX_IDENTITY_BYTES = 256;

/**
 * Copies TLS options and wraps the functions among them that Node calls during the handshake. Node lets an
 * exception in them, and an answer of the wrong type, end the process or go on with the handshake as if the
 * certificate had been accepted.
 *
 * @param onFault Called with the function's name and what is wrong; has to end the connection.
 */
export function safeTlsOptions(
  tls: TlsOptions,
  onFault: (name: string, error: unknown) => void,
): TlsOptions {
  const wrap = (
    name: string,
    parse: (answer: unknown) => unknown,
    onError: unknown,
  ): TlsOptions => {
    const callback = tls[name] as Callback | undefined;
    if (!callback) return {};
    const wrapped: Callback = function (...args) {
      try {
        return parse(callback.apply(this, args));
      } catch (error) {
        onFault(name, error);
        return onError;
      }
    };
    return { [name]: wrapped };
  };
  return {
    ...tls,
    ...wrap("checkServerIdentity", parseVerdict, new Error("checkServerIdentity failed")),
    ...wrap("pskCallback", parsePsk, null),
  };
}

/** Passes `undefined`, or the error of a certificate that is refused. */
function parseVerdict(answer: unknown): unknown {
  if (!answer || types.isNativeError(answer)) return answer;
  throw unexpected(answer, "an Error or undefined");
}

/** Passes `null`, or a pre-shared key with its identity. */
function parsePsk(answer: unknown): unknown {
  if (answer === null || answer === undefined) return null;
  const { psk, identity } = Object(answer) as { psk?: unknown; identity?: unknown };
  const fits =
    ArrayBuffer.isView(psk) &&
    psk.byteLength <= MAX_PSK_BYTES &&
    typeof identity === "string" &&
    Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES;
  if (fits) return { psk, identity };
  const limits = `${MAX_PSK_BYTES} and ${MAX_IDENTITY_BYTES} bytes`;
  throw unexpected(answer, `null or { psk, identity } of at most ${limits}`);
}

function unexpected(answer: unknown, wanted: string): Error {
  if (!types.isPromise(answer)) return new Error(`it returned ${show(answer)}, not ${wanted}`);
  // Its own failure is of no interest any more, and must not end the process.
  answer.catch(() => {});
  return new Error(`it returned a promise, but Node needs the answer at once: ${wanted}`);
}
