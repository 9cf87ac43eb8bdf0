import { onMounted, watch } from "vue";
import { useData } from "vitepress";

/**
 * Marks the content of the home page and of the page for missing addresses as the main landmark. VitePress has the
 * element `main` only on its other pages.
 */
export function useMainLandmark(): void {
  const { page, frontmatter } = useData();
  const update = (): void => {
    const content = document.getElementById("VPContent");
    if (page.value.isNotFound || frontmatter.value.layout === "home") {
      content?.setAttribute("role", "main");
    } else {
      content?.removeAttribute("role");
    }
  };
  onMounted(update);
  watch(page, update, { flush: "post" });
}
