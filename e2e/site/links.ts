import { posix } from "node:path";

/** The parts of a page that links lead from and to. */
export interface LinkedPage {
  /** The values of `href` and `src`. */
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

/** A tag with its attributes. The site's HTML quotes their values, and escapes `>` in them. */
const TAG = /<(?!\/|!)[a-z][^>]*>/gi;

const ATTRIBUTE = /\s(href|src|id)="([^"]*)"/g;

/** Elements whose code is not HTML. */
const SCRIPT = /<(script|style)\b([^>]*)>[^]*?<\/\1>/g;

/** Returns the links and the anchors of a page of HTML. */
export function parsePage(html: string): LinkedPage {
  const links: string[] = [];
  const ids = new Set<string>();
  for (const [tag] of html.replace(SCRIPT, "<$1$2>").matchAll(TAG)) {
    for (const [, name, value = ""] of tag.matchAll(ATTRIBUTE)) {
      const text = value.replaceAll("&amp;", "&");
      if (name === "id") ids.add(text);
      else links.push(text);
    }
  }
  return { links, ids };
}

/** The target of a link inside the site. */
export interface Target {
  /** The path of a file in the site. */
  readonly file: string;
  /** The anchor, without `#`; `""` if there is none. */
  readonly anchor: string;
}

/** Returns the target of a link from a page, or the URL if it leads to another site. */
export function resolveLink(page: string, link: string): Target | URL {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return new URL(link);
  const { pathname, hash } = new URL(link, `https://site.example/${page}`);
  const path = decodeURIComponent(pathname).slice(1);
  const file = path === "" || path.endsWith("/") ? posix.join(path, "index.html") : path;
  return { file, anchor: decodeURIComponent(hash.slice(1)) };
}
