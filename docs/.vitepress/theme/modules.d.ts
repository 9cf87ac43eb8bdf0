// Vite compiles style sheets.
declare module "*.css";

// VitePress compiles Markdown files to components.
declare module "*.md" {
  import type { Component } from "vue";

  const component: Component;
  export default component;
}
