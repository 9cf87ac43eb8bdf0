import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A page of docs/recipes, from its frontmatter: single lines of `name: text`, without quotes. */
export interface Recipe {
  /** The short title, for the sidebar. */
  readonly title: string;
  /** One of `GROUPS`. */
  readonly group: string;
  /** The problem that the recipe solves, in one line. */
  readonly problem: string;
  /** The name of the file, without its extension. */
  readonly name: string;
}

export interface RecipeGroup {
  readonly group: string;
  readonly recipes: readonly Recipe[];
}

/** The headings of the list, in order. */
export const GROUPS = [
  "Feeds and protocols",
  "Connections",
  "Delivery",
  "In pages",
  "Operations",
  "Tests and tools",
];

const FOLDER = fileURLToPath(new URL("../recipes/", import.meta.url));

/** Returns the groups that have pages, each with its recipes by title. The sidebar and the index show them. */
export function recipeGroups(): RecipeGroup[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".md") && name !== "index.md");
  const recipes = names.map(readRecipe).sort((a, b) => a.title.localeCompare(b.title, "en"));
  const groups = GROUPS.map((group) => ({
    group,
    recipes: recipes.filter((recipe) => recipe.group === group),
  }));
  return groups.filter(({ recipes }) => recipes.length > 0);
}

function readRecipe(file: string): Recipe {
  const [, frontmatter = ""] =
    /^---\n([^]*?)\n---\n/.exec(readFileSync(FOLDER + file, "utf8")) ?? [];
  const fields = Object.fromEntries(
    [...frontmatter.matchAll(/^(\w+): (.+)$/gm)].map(([, name, text]) => [name, text]),
  ) as Partial<Recipe>;
  const { title, group, problem } = fields;
  if (!title || !problem)
    throw new Error(`docs/recipes/${file}: no title or no problem in the frontmatter`);
  if (!group || !GROUPS.includes(group)) {
    throw new Error(`docs/recipes/${file}: the group is none of ${GROUPS.join(", ")}`);
  }
  return { title, group, problem, name: file.slice(0, -".md".length) };
}
