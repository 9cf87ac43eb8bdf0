/** Reads and writes the payload of a close frame (RFC 6455 sections 5.5.1 and 7.4). */
import { Buffer } from "node:buffer";
import { isFrameCode, NO_STATUS, PROTOCOL_ERROR } from "../../protocol/close-codes.js";
import { invalidUtf8 } from "./frame-fault.js";
import type { FrameFault } from "./frame-fault.js";
import { decodeUtf8 } from "./utf8.js";

const CODE_BYTES = 2;

/** The content of a close frame. */
export interface ClosePayload {
  /** 1005 if the payload is empty. */
  readonly code: number;
  readonly reason: string;
}

/** Returns the content of a server's close frame, or the rule that it violates. */
export function parseClosePayload(payload: Buffer): ClosePayload | FrameFault {
  if (payload.length === 0) return { code: NO_STATUS, reason: "" };
  if (payload.length < CODE_BYTES) {
    return invalidClose(
      "a payload of 1 byte, which is too short for a code (RFC 6455 section 5.5.1)",
    );
  }
  const code = payload.readUInt16BE();
  if (!isFrameCode(code)) return invalidClose(`the invalid code ${code} (RFC 6455 section 7.4)`);
  const reason = decodeUtf8(payload, CODE_BYTES, payload.length);
  return reason === undefined ? invalidUtf8("close reason") : { code, reason };
}

function invalidClose(content: string): FrameFault {
  const problem = `the server sent a close frame with ${content}`;
  return { closeCode: PROTOCOL_ERROR, problem };
}

/** Returns the payload of a close frame, which is empty for code 1005. */
export function makeClosePayload(code: number, reason: string): Buffer {
  if (code === NO_STATUS) return Buffer.alloc(0);
  const payload = Buffer.alloc(CODE_BYTES + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, CODE_BYTES);
  return payload;
}
