// Separate constants, so that a bundle that uses a few codes does not contain the whole table.
export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const PROTOCOL_ERROR = 1002;
export const NO_STATUS = 1005;
export const ABNORMAL_CLOSURE = 1006;
export const INVALID_PAYLOAD = 1007;
export const POLICY_VIOLATION = 1008;
export const MESSAGE_TOO_BIG = 1009;
export const INTERNAL_ERROR = 1011;
/** Registered with IANA for a peer that responds too slowly. */
export const TIMEOUT = 3008;

/**
 * The status codes of close frames by name (RFC 6455 section 7.4.1 and the IANA registry).
 *
 * @see https://www.iana.org/assignments/websocket/websocket.xhtml
 */
export const CLOSE_CODES: {
  readonly NORMAL: 1000;
  readonly GOING_AWAY: 1001;
  readonly PROTOCOL_ERROR: 1002;
  readonly UNSUPPORTED_DATA: 1003;
  readonly RESERVED: 1004;
  readonly NO_STATUS: 1005;
  readonly ABNORMAL_CLOSURE: 1006;
  readonly INVALID_PAYLOAD: 1007;
  readonly POLICY_VIOLATION: 1008;
  readonly MESSAGE_TOO_BIG: 1009;
  readonly MANDATORY_EXTENSION: 1010;
  readonly INTERNAL_ERROR: 1011;
  readonly SERVICE_RESTART: 1012;
  readonly TRY_AGAIN_LATER: 1013;
  readonly BAD_GATEWAY: 1014;
  readonly TLS_HANDSHAKE: 1015;
} = /* @__PURE__ */ Object.freeze({
  NORMAL,
  GOING_AWAY,
  PROTOCOL_ERROR,
  UNSUPPORTED_DATA: 1003,
  RESERVED: 1004,
  NO_STATUS,
  ABNORMAL_CLOSURE,
  INVALID_PAYLOAD,
  POLICY_VIOLATION,
  MESSAGE_TOO_BIG,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
  TLS_HANDSHAKE: 1015,
});

/** RFC 6455 section 7.4: 1004 is reserved; 1005, 1006 and 1015 must not appear in a frame. */
const FRAME_CODE = /^(100[0-37-9]|101[0-4]|[34]\d{3})$/;

/** Returns true if a close frame may contain this code. */
export function isFrameCode(code: number): boolean {
  return FRAME_CODE.test(String(code));
}

/**
 * Returns the code to send from a browser; `undefined` for 1005, a close frame without a code. Browsers may only
 * send 1000 and 3000-4999 (WHATWG WebSockets, `close()`), so 3000 is added to any other code.
 */
export function browserCode(code: number): number | undefined {
  if (code === NO_STATUS) return undefined;
  return code === NORMAL || code >= 3000 ? code : code + 3000;
}
