// Bits and opcodes of the first two bytes of a frame (RFC 6455 section 5.2).

/** The final fragment of a message. */
export const FIN = 0x80;
/** The three reserved bits. */
export const RSV = 0x70;
/** The message is compressed (RFC 7692 section 6). */
export const RSV1 = 0x40;
/** A bit of the second byte, set in every frame of a client and in no frame of a server. */
export const MASKED = 0x80;

/** The opcode bits of the first byte. */
export const OPCODE = 0x0f;
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
/** The lowest opcode of a control frame. */
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;
