import { recipeGroups, type RecipeGroup } from "../.vitepress/recipes.mjs";

declare const data: RecipeGroup[];
export { data };

export default { watch: ["./*.md"], load: recipeGroups };
