import { platformClass } from "../errors/platform-class.js";
import { invalid } from "../errors/validation.js";
import { WsError } from "../errors/ws-error.js";
import type { AnyCodec } from "./codec.js";
import { BINARY, TEXT } from "./constants.js";
import type { Data } from "./message.js";

/** What goes out: text, or bytes that may be the caller's own. Throws `INVALID_MESSAGE`. */
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
    // Of what the codec has made, it has chosen the type.
    const as = data === value ? type : undefined;
    if (typeof data === "string")
      return as === BINARY ? new (platformClass("TextEncoder"))().encode(data) : data;
    const bytes = toBytes(data);
    if (as !== TEXT) return bytes;
    const Decoder = platformClass("TextDecoder");
    return new Decoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if ((cause as Partial<WsError> | null)?.code === "UNSUPPORTED") throw cause;
    const problem = codec
      ? `: codec ${codec.name} failed`
      : " is no string, ArrayBuffer (blob.arrayBuffer()) or view, is detached or not UTF-8 as TEXT";
    // Only the type: errors are logged, and the payload may be secret.
    throw new WsError("INVALID_MESSAGE", `send: data of type ${typeof value}${problem}`, { cause });
  }
}

function toBytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  // Takes an ArrayBuffer of any realm, as test runners and frames have, and nothing else.
  ArrayBuffer.prototype.slice.call(data, 0, 0);
  return new Uint8Array(data);
}
