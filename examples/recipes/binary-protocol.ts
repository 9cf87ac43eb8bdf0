// A binary protocol: frames of a type (1 byte), a length (4 bytes, big-endian) and a payload.
import { WsError } from "wschan";
import type { Codec } from "wschan";

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 5;

/** Frames may begin and end anywhere: a message has several, or a part of one. */
export const frames: Codec<Frame, Frame> = {
  name: "frames",

  encode({ type, payload }) {
    const bytes = new Uint8Array(HEADER_BYTES + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, type);
    view.setUint32(1, payload.length);
    bytes.set(payload, HEADER_BYTES);
    return bytes;
  },

  // Called for each connection, so the rest of a lost connection is not used by the next one.
  decoder(readLimit) {
    let rest = new Uint8Array();
    return (message, emit) => {
      if (message.type !== "binary") throw new TypeError("a text message");
      const bytes = new Uint8Array(rest.length + message.data.length);
      bytes.set(rest);
      bytes.set(message.data, rest.length);
      const view = new DataView(bytes.buffer);
      let start = 0;
      while (bytes.length - start >= HEADER_BYTES) {
        const length = view.getUint32(start + 1);
        // Without this check, a peer could make this side collect 4 GiB.
        if (length > readLimit) {
          const text = `frames: frame of ${length} bytes exceeds readLimit (${readLimit})`;
          throw new WsError("MESSAGE_TOO_BIG", text, { details: { limit: readLimit } });
        }
        const end = start + HEADER_BYTES + length;
        if (end > bytes.length) break;
        // A copy, so that a small frame that you keep does not keep the whole message.
        emit(
          { type: view.getUint8(start), payload: bytes.slice(start + HEADER_BYTES, end) },
          length,
        );
        start = end;
      }
      rest = bytes.slice(start);
    };
  },
};
