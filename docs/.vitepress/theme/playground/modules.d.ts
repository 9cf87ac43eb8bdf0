declare module "virtual:playground-modules" {
  /** The URLs of the modules that a snippet can import, and of the worker's runtime. */
  const urls: Readonly<Record<string, string>> & { readonly runtime: string };
  export default urls;
}

declare module "*.vue" {
  import type { Component } from "vue";
  const component: Component;
  export default component;
}

declare module "*.js?raw" {
  const text: string;
  export default text;
}
