import { createHash } from "node:crypto";

/** The start of the page's head. The policy applies only to what follows it. */
const HEAD = /<head>/;

/**
 * Adds a strict content security policy to a page of the site: everything comes from the site itself, and the inline
 * scripts that VitePress writes are allowed by their hashes (Content Security Policy Level 3, section 2.3.1).
 */
export function contentSecurityPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)];
  const hashes = inline.map(
    ([, code = ""]) => `'sha256-${createHash("sha256").update(code).digest("base64")}'`,
  );
  const policy = [
    // Not 'none', because Firefox applies it to the pages that VitePress fetches in advance.
    "default-src 'self'",
    "object-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].join(" ")}`,
    // The highlighter of code and Vue write `style` attributes. Style sheets are files.
    "style-src-elem 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    // The playground runs a visitor's code in a worker without access to the page.
    "worker-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html.replace(HEAD, `$&<meta http-equiv="Content-Security-Policy" content="${policy}">`);
}
