// @ts-check
/** A heading below those of the groups, such as "Functions", that has no anchor of its own. */
const UNNAMED = /^#{3,6} (.*[^}\n])$/gm;

/** The heading of a member. TypeDoc writes it two levels below its type, with a group such as "Methods" between them. */
const MEMBER = /^#(?=#{4,5} )/gm;

/** Letters that are in upper case, although they do not begin the heading: "Type Aliases". */
const TITLE_CASE = /(?<=^(?:## |\*\*)[A-Z][a-z]+ )[A-Z](?=[a-z]+(?:\*\*)?$)/gm;

/**
 * Replaces headings that TypeDoc repeats for each member, such as "Returns", by bold text. The headings that remain are
 * names, one per member, so that the outline and the search show only these.
 * @param {string} markdown
 */
export function demoteHeadings(markdown) {
  return markdown
    .replace(UNNAMED, "**$1**")
    .replace(MEMBER, "")
    .replace(TITLE_CASE, (letter) => letter.toLowerCase());
}
