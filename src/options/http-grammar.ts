const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Latin-1, as Node's HTTP writes it, without control characters except the tab. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** True for a token (RFC 9110 section 5.6.2), such as a header name or a subprotocol. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && TOKEN.test(value);
}

/** True for the value of a header field (RFC 9110 section 5.5). */
export function isFieldValue(value: unknown): value is string {
  return typeof value === "string" && FIELD_VALUE.test(value);
}
