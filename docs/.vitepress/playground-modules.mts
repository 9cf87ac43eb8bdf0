import { createHash } from "node:crypto";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The module that the page imports to learn the URLs. */
const ID = "virtual:playground-modules";

const WORKER = new URL("theme/playground/worker/", import.meta.url);

/** The files that snippets and the worker import, by the name that a snippet uses. */
const ENTRIES = {
  runtime: "runtime",
  wschan: "wschan",
  "wschan/reconnect": "reconnect",
  "wschan/codec": "codec",
  "wschan/hub": "hub",
  playground: "playground",
} as const;

interface Modules {
  /** The folder of the modules, relative to the site. Its name changes with their content. */
  readonly folder: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Bundles the modules of the playground. They share chunks, so that there is one copy of the package. */
async function bundle(): Promise<Modules> {
  const { outputFiles } = await build({
    entryPoints: Object.values(ENTRIES).map((name) => fileURLToPath(new URL(`${name}.ts`, WORKER))),
    outdir: "/",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  const hash = createHash("sha256");
  for (const [name, content] of files) hash.update(name).update(content);
  return { folder: `assets/playground-${hash.digest("hex").slice(0, 8)}`, files };
}

/** The parts of Vite's API that the plugin uses. The repository and VitePress have different versions of Vite. */
interface Config {
  readonly base: string;
  readonly build: { readonly ssr?: boolean | string };
}
interface Emitter {
  emitFile(file: { type: "asset"; fileName: string; source: Uint8Array }): string;
}
interface Server {
  readonly middlewares: {
    use(
      handler: (
        request: { readonly url?: string | undefined },
        response: { setHeader(name: string, value: string): void; end(body: Uint8Array): void },
        next: () => void,
      ) => void,
    ): void;
  };
}

/**
 * A plugin for Vite that adds the modules of the playground to the site. They are separate files, because a snippet
 * runs in a worker that is made from its text, and imports them by their URLs.
 */
export function playgroundModules() {
  let config: Config | undefined;
  let modules: Promise<Modules> | undefined;
  const getModules = (): Promise<Modules> => (modules ??= bundle());
  return {
    name: "wschan:playground-modules",
    configResolved(resolved: Config): void {
      config = resolved;
    },
    resolveId: (id: string): string | undefined => (id === ID ? `\0${ID}` : undefined),
    async load(id: string): Promise<string | undefined> {
      if (id !== `\0${ID}`) return undefined;
      const { folder } = await getModules();
      const urls = Object.entries(ENTRIES).map(([name, file]) => [
        name,
        `${config?.base ?? "/"}${folder}/${file}.js`,
      ]);
      return `export default ${JSON.stringify(Object.fromEntries(urls))}`;
    },
    async generateBundle(this: Emitter): Promise<void> {
      if (config?.build.ssr) return;
      const { folder, files } = await getModules();
      for (const [name, source] of files) {
        this.emitFile({ type: "asset", fileName: `${folder}/${name}`, source });
      }
    },
    async configureServer(server: Server): Promise<void> {
      const { folder, files } = await getModules();
      server.middlewares.use((request, response, next) => {
        const path = `${config?.base ?? "/"}${folder}/`;
        const file = request.url?.startsWith(path) && files.get(request.url.slice(path.length));
        if (!file) {
          next();
          return;
        }
        response.setHeader("Content-Type", "text/javascript");
        response.end(file);
      });
    },
  };
}
