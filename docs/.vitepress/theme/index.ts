import { h } from "vue";
import DefaultTheme from "vitepress/theme-without-fonts";
import type { Theme } from "vitepress";
import Hello from "../../parts/hello.md";
import "./style.css";

/** The first program of the README, above the features of the home page. */
const hello = () => h("div", { class: "home-hello vp-doc" }, [h(Hello)]);

// Uses the fonts of the system: a font that arrives late moves the text.
export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "home-features-before": hello }),
} satisfies Theme;
