import { platformClass } from "../errors/platform-class.js";
import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import type { AnyCodec } from "./codec.js";
import { BINARY, TEXT } from "./constants.js";
import type { Data } from "./message.js";

/**
 * Converts the value of a send to its payload: a string, sent as text, or bytes, sent as binary. The bytes
 * may share the caller's memory. Throws `INVALID_MESSAGE`.
 */
export function toPayload(
  value: unknown,
  type?: number,
  codec?: Pick<AnyCodec, "name" | "encode">,
): string | Uint8Array {
  if (type !== undefined && type !== TEXT && type !== BINARY) {
    throw invalid("send: type", "TEXT (1) or BINARY (2)", type, "INVALID_MESSAGE");
  }
  try {
    const data = codec?.encode?.(value as never, type) ?? (value as Data);
    // The codec determines the type of data that it has created.
    const explicitType = data === value ? type : undefined;
    if (typeof data === "string")
      return explicitType === BINARY ? new (platformClass("TextEncoder"))().encode(data) : data;
    const bytes = toBytes(data);
    if (explicitType !== TEXT) return bytes;
    const Decoder = platformClass("TextDecoder");
    return new Decoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if ((cause as Partial<WsError> | null)?.code === "UNSUPPORTED") throw cause;
    const problem = codec
      ? `: codec ${codec.name} failed`
      : " is not a string, ArrayBuffer (blob.arrayBuffer()) or view, is detached or not UTF-8 as TEXT";
    // Shows only the type, because errors are logged and the payload may be secret.
    throw new WsError("INVALID_MESSAGE", `send: data of type ${typeof value}${problem}`, { cause });
  }
}

export function toBytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  // Throws unless it is an ArrayBuffer. Unlike `instanceof`, it accepts one of another realm, such as that of a
  // frame or a test runner.
  ArrayBuffer.prototype.slice.call(data, 0, 0);
  return new Uint8Array(data);
}
