import type { Platform } from "../protocol/dial.js";
import { parseUrl } from "../protocol/url.js";

/** Returns the platform that dials a URL in place of `platform`, or `undefined` to leave the dial alone. */
export type Interceptor = (url: URL, platform: Platform) => Platform | undefined;

let interceptor: Interceptor | undefined;

/** Sets the interceptor of all dials of this package, for `wschan/testing`; `undefined` removes it. */
export function interceptDials(next: Interceptor | undefined): void {
  interceptor = next;
}

/**
 * Returns the platform that dials a URL: `platform`, unless the dial is intercepted. Throws as {@link parseUrl} does,
 * but only while there is an interceptor.
 */
export function intercepted(url: string | URL, platform: Platform): Platform {
  return interceptor?.(parseUrl(url, platform), platform) ?? platform;
}
