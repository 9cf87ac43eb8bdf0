import { defineAsyncComponent, defineComponent, h } from "vue";
// The theme with fonts loads them after the text is shown, which moves it.
import DefaultTheme from "vitepress/theme-without-fonts";
import type { Theme } from "vitepress";
import Hello from "../../parts/hello.md";
import { useMainLandmark } from "./landmark.js";
import "./style.css";

/** The first program of the README, above the features of the home page. */
const hello = () => h("div", { class: "home-hello vp-doc" }, [h(Hello)]);

const Layout = defineComponent(() => {
  useMainLandmark();
  return () => h(DefaultTheme.Layout, null, { "home-features-before": hello });
});

// Only the page of the playground loads its code.
const Playground = defineAsyncComponent(() => import("./playground/Playground.vue"));

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    app.component("Playground", Playground);
  },
} satisfies Theme;
