// @ts-check
/** The headings that TypeDoc repeats for each function and type. */
const REPEATED = new RegExp(
  `^#{3,6} (${[
    "Parameters",
    "Returns",
    "Type Parameters",
    "Type Declaration",
    "Call Signature",
    "See",
    "Extends",
    "Extended by",
    "Constructors",
    "Properties",
    "Methods",
    "Accessors",
    "Indexable",
    "Implements",
    "Union Members",
    "Type Literal",
    "Get Signature",
    "Set Signature",
  ].join("|")})(?: \\{#[^}]*\\})?$`,
  "gm",
);

/** The heading of a member. TypeDoc writes it two levels below its type, with a group such as "Methods" between them. */
const MEMBER = /^#(?=#{4,5} )/gm;

const GROUP = /^## Type Aliases$/gm;

/**
 * Replaces headings that TypeDoc repeats for each member, such as "Returns", by bold text. The headings that remain are
 * names, one per member, so that the outline and the search show only these.
 * @param {string} markdown
 */
export function demoteHeadings(markdown) {
  return markdown
    .replace(REPEATED, (_, text) => `**${toSentenceCase(text)}**`)
    .replace(GROUP, toSentenceCase)
    .replace(MEMBER, "");
}

/**
 * Returns "Type aliases" for "Type Aliases".
 * @param {string} text
 */
function toSentenceCase(text) {
  return text.replace(/(?<=[a-z] )[A-Z]/g, (letter) => letter.toLowerCase());
}
