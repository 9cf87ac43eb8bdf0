// The bits and opcodes of a frame's first two bytes (RFC 6455 section 5.2).

export const FIN = 0x80;
/** The reserved bits. */
export const RSV = 0x70;
/** The message is compressed (RFC 7692 section 6). */
export const RSV1 = 0x40;
/** Set in the second byte of each frame of a client, and in none of a server. */
export const MASKED = 0x80;

/** The opcode, in the first byte. */
export const OPCODE = 0x0f;
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
/** The first opcode of a control frame. */
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;
