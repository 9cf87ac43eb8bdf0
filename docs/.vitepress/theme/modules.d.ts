// Vite compiles style sheets.
declare module "*.css";

// VitePress compiles Markdown files to components.
declare module "*.md" {
  const component: import("vue").Component;
  export default component;
}
