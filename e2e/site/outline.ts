/** The parts of a page that search engines and screen readers use. */
export interface Outline {
  readonly lang: string;
  readonly title: string;
  readonly description: string;
  /** The levels of the headings, in order. */
  readonly levels: readonly number[];
  /** The addresses of images without an `alt` attribute. */
  readonly imagesWithoutAlt: readonly string[];
}

/** Returns the outline of the document. Runs in the page. */
export function readOutline(): Outline {
  const all = <E extends Element>(selector: string): E[] => [
    ...document.querySelectorAll<E>(selector),
  ];
  return {
    lang: document.documentElement.lang,
    title: document.title,
    description: document.querySelector<HTMLMetaElement>("meta[name=description]")?.content ?? "",
    // Headings of the navigation are outside the content, and hidden ones are not read.
    levels: all<HTMLElement>("h1, h2, h3, h4, h5, h6")
      .filter((heading) => heading.closest("nav, aside, footer") === null)
      .filter((heading) => heading.checkVisibility())
      .map(({ localName }) => Number(localName[1])),
    imagesWithoutAlt: all<HTMLImageElement>("img:not([alt])").map(({ src }) => src),
  };
}

/** Returns the faults of an outline; none if it is as it should be. */
export function outlineProblems(outline: Outline): string[] {
  const { levels } = outline;
  const problems: string[] = [];
  if (outline.lang === "") problems.push("no lang");
  if (outline.title === "") problems.push("no title");
  if (outline.description === "") problems.push("no description");
  const first = levels.filter((level) => level === 1).length;
  if (first !== 1) problems.push(`${first} h1`);
  for (const [index, level] of levels.entries()) {
    const previous = levels[index - 1] ?? 0;
    if (level > previous + 1) problems.push(`h${level} after h${previous}`);
  }
  for (const image of outline.imagesWithoutAlt) problems.push(`no alt: ${image}`);
  return problems;
}
