import { Buffer } from "node:buffer";
import { types } from "node:util";
import { show } from "../../errors/validation.js";

type TlsOptions = Readonly<Record<string, unknown>>;
type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** The limits of OpenSSL for a pre-shared key and its identity. */
const MAX_PSK_BYTES = 512;
const MAX_IDENTITY_BYTES = 256;

/**
 * Copies TLS options and wraps the functions among them that Node calls during the handshake. Without the
 * wrapper, an exception or a result of the wrong type would end the process, or the handshake would continue
 * as if the certificate had been accepted.
 *
 * @param onFault - Called with the name of the function and its error. Must end the connection.
 */
export function safeTlsOptions(
  tls: TlsOptions,
  onFault: (name: string, error: unknown) => void,
): TlsOptions {
  const wrap = (
    name: string,
    parse: (result: unknown) => unknown,
    resultOnError: unknown,
  ): TlsOptions => {
    const callback = tls[name] as Callback | undefined;
    if (!callback) return {};
    const wrapped: Callback = function (...args) {
      try {
        return parse(callback.apply(this, args));
      } catch (error) {
        onFault(name, error);
        return resultOnError;
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

/** Returns `undefined`, or the error of a certificate that is rejected. Throws for any other result. */
function parseVerdict(result: unknown): unknown {
  if (!result || types.isNativeError(result)) return result;
  throw unexpected(result, "an Error or undefined");
}

/** Returns `null`, or a pre-shared key with its identity. Throws for any other result. */
function parsePsk(result: unknown): unknown {
  if (result === null || result === undefined) return null;
  const { psk, identity } = Object(result) as { psk?: unknown; identity?: unknown };
  const isValid =
    ArrayBuffer.isView(psk) &&
    psk.byteLength <= MAX_PSK_BYTES &&
    typeof identity === "string" &&
    Buffer.byteLength(identity) <= MAX_IDENTITY_BYTES;
  if (isValid) return { psk, identity };
  const limits = `${MAX_PSK_BYTES} and ${MAX_IDENTITY_BYTES} bytes`;
  throw unexpected(result, `null or { psk, identity } of at most ${limits}`);
}

function unexpected(result: unknown, wanted: string): Error {
  if (!types.isPromise(result)) return new Error(`it returned ${show(result)}, not ${wanted}`);
  // An unhandled rejection of the promise would end the process.
  result.catch(() => {});
  return new Error(`it returned a promise, but Node needs a synchronous result: ${wanted}`);
}
