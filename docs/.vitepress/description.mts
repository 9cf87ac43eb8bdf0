/** A paragraph of prose: neither a heading, a list, a table, a quote, HTML nor a code block. */
const PARAGRAPH = /(?:^|\n\n)(?![#\-*|>`<]|\d+\. )([^]+?)(?=\n\n|\s*$)/;

const LINK = /\[([^\]]*)\]\([^)]*\)/g;

/** The most characters that search engines show. */
const MAX_LENGTH = 160;

/** Returns the first paragraph of a page as plain text, cut at the end of a sentence or word; `""` if there is none. */
export function firstParagraph(markdown: string): string {
  const body = markdown
    .replaceAll("\r\n", "\n")
    .replace(/^---\n[^]*?\n---\n/, "")
    .replace(/^(`{3,})[^]*?^\1$/gm, "")
    .replace(/<!--[^]*?-->|<(script|style)\b[^]*?<\/\1>/g, "")
    .replace(/\n{3,}/g, "\n\n");
  const [, paragraph = ""] = PARAGRAPH.exec(body.trim()) ?? [];
  const text = paragraph
    .replace(LINK, "$1")
    .replace(/[`*]|\\(?=\W)/g, "")
    .replace(/\s+/g, " ");
  if (text.length <= MAX_LENGTH) return text;
  const start = text.slice(0, MAX_LENGTH);
  const sentences = /^.*[.!?](?= )/.exec(start)?.[0];
  return sentences ?? start.replace(/ \S*$/, " …");
}
