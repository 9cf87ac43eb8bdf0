import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";
import type { DefaultTheme } from "vitepress";
import { contentSecurityPolicy } from "./content-security-policy.mjs";
import { firstParagraph } from "./description.mjs";
import { playgroundModules } from "./playground-modules.mjs";
import { recipeGroups } from "./recipes.mjs";

const link = (text: string, path: string): DefaultTheme.SidebarItem => ({ text, link: path });

/** The pages that TypeDoc has written: see the script `docs:api`. */
function apiPages(): DefaultTheme.SidebarItem[] {
  const path = fileURLToPath(new URL("../api/typedoc-sidebar.json", import.meta.url));
  if (!existsSync(path)) throw new Error("docs/api is missing: run `npm run docs:api`");
  return JSON.parse(readFileSync(path, "utf8")) as DefaultTheme.SidebarItem[];
}

/** The recipes, by the frontmatter of their pages. */
const recipePages = (): DefaultTheme.SidebarItem[] => [
  link("All recipes", "/recipes/"),
  ...recipeGroups().map(({ group, recipes }) => ({
    text: group,
    items: recipes.map(({ title, name }) => link(title, `/recipes/${name}`)),
  })),
];

const GUIDE = [
  {
    text: "Start",
    items: [
      link("Getting started", "/guide/getting-started"),
      link("Connecting", "/guide/connecting"),
      link("Authentication", "/guide/auth"),
      link("Staying connected", "/guide/reconnecting"),
      link("JSON and codecs", "/guide/codecs"),
    ],
  },
  {
    text: "Concepts",
    items: [
      link("Backpressure", "/guide/backpressure"),
      link("Keeping alive", "/guide/keep-alive"),
      link("Closing and errors", "/guide/closing"),
      link("Channels and select", "/guide/channels"),
      link("Many consumers", "/guide/hub"),
      link("Security model", "/guide/security"),
      link("Policies and private networks", "/guide/policies"),
      link("Proxies", "/guide/proxies"),
      link("Observing", "/guide/observing"),
    ],
  },
  {
    text: "Where it runs",
    items: [
      link("React", "/guide/react"),
      link("Server rendering", "/guide/ssr"),
      link("CDNs and workers", "/guide/cdn-and-workers"),
      link("React Native and Electron", "/guide/react-native-and-electron"),
      link("With other libraries", "/guide/libraries"),
      link("Testing your code", "/guide/testing"),
    ],
  },
  {
    text: "Evidence",
    items: [
      link("Performance", "/PERFORMANCE"),
      link("Reliability", "/RELIABILITY"),
      link("Mutations that survive", "/mutation-survivors"),
      link("Comparison", "/comparison"),
      link("Questions and answers", "/guide/faq"),
    ],
  },
  {
    text: "Coming from",
    items: [
      link("WebSocket", "/migrate/websocket"),
      link("ws", "/migrate/ws"),
      link("reconnecting-websocket", "/migrate/reconnecting-websocket"),
      link("partysocket", "/migrate/partysocket"),
      link("rxjs/webSocket", "/migrate/rxjs"),
      link("Socket.IO", "/migrate/socket-io"),
    ],
  },
];

const REFERENCE = [
  {
    text: "Reference",
    items: [
      link("Options", "/reference/options"),
      link("Client", "/reference/client"),
      link("Errors", "/reference/errors"),
      link("Platforms", "/reference/platforms"),
    ],
  },
  { text: "API", items: apiPages() },
];

/** The path of the site on its host, with a slash at both ends. */
const BASE = process.env.DOCS_BASE ?? "/";

const docs = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  title: "wschan",
  description: "One WebSocket client for browsers and Node",
  lang: "en",
  base: BASE,
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${BASE}favicon.svg` }]],
  // Parts of pages.
  srcExclude: ["parts/**"],
  cleanUrls: false,
  // A page loads only what it shows. Prefetching would load the pages of all visible links, most of them in vain.
  router: { prefetchLinks: false },
  // VueUse stops transitions with an inline style sheet, which the content security policy forbids.
  appearance: { disableTransition: false },
  lastUpdated: false,
  themeConfig: {
    nav: [
      { text: "Guide", link: "/guide/getting-started", activeMatch: "^/(guide|migrate)/" },
      { text: "Recipes", link: "/recipes/", activeMatch: "^/recipes/" },
      { text: "Reference", link: "/reference/options", activeMatch: "^/(reference|api)/" },
      { text: "Playground", link: "/playground" },
    ],
    sidebar: {
      "/": GUIDE,
      "/recipes/": recipePages(),
      "/reference/": REFERENCE,
      "/api/": REFERENCE,
    },
    outline: [2, 3],
    search: {
      provider: "local",
      // A result contains all words of the search. The default is any of them.
      options: { miniSearch: { searchOptions: { combineWith: "AND" } } },
    },
    notFound: {
      title: "Page not found",
      quote: "There is no page at this address. The search finds pages by their words.",
      linkText: "Home",
      linkLabel: "Home",
    },
  },
  // The colours of the themes without high contrast are too pale for comments and keywords (WCAG 2.1, 1.4.3).
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  // The search index is one chunk, which is loaded when a reader opens the search. e2e/site/budgets.ts limits its size.
  vite: { build: { chunkSizeWarningLimit: 1_000 }, plugins: [playgroundModules()] },
  transformPageData(page) {
    if (page.isNotFound || page.description !== "") return;
    page.description = firstParagraph(readFileSync(join(docs, page.filePath), "utf8"));
  },
  transformHtml: contentSecurityPolicy,
});
