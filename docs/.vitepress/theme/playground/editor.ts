import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { EditorView, minimalSetup } from "codemirror";

/** An editor of code. */
export interface Editor {
  /** Replaces the text. */
  setText(text: string): void;
  focus(): void;
  destroy(): void;
}

export interface EditorOptions {
  readonly text: string;
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** Called for Ctrl+Enter, or Cmd+Enter on a Mac. */
  readonly onRun: () => void;
}

/** The colours are those of the page, so they follow its dark mode. */
const theme = EditorView.theme({
  "&": { fontSize: "14px", color: "var(--vp-c-text-1)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--vp-c-brand-1)", outlineOffset: "-2px" },
  ".cm-scroller": {
    fontFamily: "var(--vp-font-family-mono)",
    lineHeight: "1.6",
    minHeight: "360px",
    maxHeight: "640px",
  },
  ".cm-content": { padding: "12px 0", caretColor: "var(--vp-c-text-1)" },
  ".cm-line": { padding: "0 12px 0 8px" },
  ".cm-gutters": {
    color: "var(--vp-c-text-2)",
    backgroundColor: "transparent",
    border: "none",
    paddingLeft: "8px",
  },
  ".cm-cursor": { borderLeftColor: "var(--vp-c-text-1)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { background: "var(--vp-c-brand-soft)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "var(--vp-c-brand-soft)",
  },
});

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.moduleKeyword], color: "var(--pg-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--pg-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--pg-number)" },
  { tag: tags.comment, color: "var(--vp-c-text-2)", fontStyle: "italic" },
]);

/**
 * Puts an editor into an element. It lives in a shadow root, because there CodeMirror adds its styles by
 * `adoptedStyleSheets`. In the page itself it would write a `style` element, which the content security policy forbids.
 */
export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const { text, label, onChange, onRun } = options;
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  if (!("adoptedStyleSheets" in root)) throw new Error("this browser has no adoptedStyleSheets");
  const run = (): boolean => {
    onRun();
    return true;
  };
  const view = new EditorView({
    doc: text,
    root,
    parent: root,
    // No key binding for Tab: it moves the focus, as everywhere on the page (WCAG 2.1.2).
    extensions: [
      keymap.of([{ key: "Mod-Enter", run }]),
      minimalSetup,
      lineNumbers(),
      bracketMatching(),
      javascript(),
      syntaxHighlighting(highlighting),
      EditorView.lineWrapping,
      theme,
      EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ],
  });
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
