/**
 * Bundles the CLI into `dist`, which needs nothing but Node: `drift.mjs` answers `--version` by itself, and loads the rest in
 * pieces, as they are needed.
 */
import { chmod, readFile, rm } from "node:fs/promises"
import { build, type Plugin } from "esbuild"

/** Runs before anything else of the bundle, on whatever Node there is. CommonJS dependencies (undici) call `require`. */
const banner = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);
if (Number(process.versions.node.split(".")[0]) < 22) {
  process.stderr.write("error: drift needs Node 22 or newer, and this is " + process.version + "\\n");
  process.exit(1);
}`

/**
 * Takes of undici only what `NodeTransport` uses: its index loads fetch, WebSocket, caches and mocks with it, 0.4 MB that
 * cannot be shaken off since it is CommonJS. HTTP/2 is never spoken (`allowH2: false`), and would load Node's TLS also where
 * nothing is encrypted; proxies are loaded where there are some. The package has no `exports`, and its version is pinned.
 */
const usedUndici: Plugin = {
  name: "used-undici",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: "undici",
      namespace: "used-undici",
      pluginData: resolveDir
    }))
    onResolve({ filter: /\/client-h2\.js$/ }, () => ({ path: "client-h2", namespace: "used-undici" }))
    onLoad({ filter: /^undici$/, namespace: "used-undici" }, ({ pluginData }) => ({
      resolveDir: pluginData,
      contents: `
        exports.Agent = require("undici/lib/dispatcher/agent.js")
        Object.defineProperty(exports, "ProxyAgent", {
          enumerable: true,
          get: () => require("undici/lib/dispatcher/proxy-agent.js")
        })
        exports.buildConnector = require("undici/lib/core/connect.js")`
    }))
    onLoad({ filter: /^client-h2$/, namespace: "used-undici" }, () => ({ contents: "" }))
  }
}

/**
 * Has Effect's CLI make its `Intl.Segmenter` when it measures a text, for help alone: as its module is written, each start of
 * the program would make one, which takes a quarter as long as Node takes to start.
 */
const lateSegmenter: Plugin = {
  name: "late-segmenter",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/effect\/dist\/cli\/CliOutput\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8")
      const contents = text.replace(
        /new (Intl\.Segmenter\([^)]*\))/,
        "{ segment(text) { return (this.made ??= new $1).segment(text) } }"
      )
      if (contents === text) throw new Error(`${path} makes no Intl.Segmenter any more: remove this plugin`)
      return { contents, loader: "js" }
    })
  }
}

await rm("dist", { recursive: true, force: true })
await build({
  entryPoints: { drift: "src/bin.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  chunkNames: "[name]-[hash]",
  splitting: true,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  minify: true,
  legalComments: "none",
  banner: { js: banner },
  // How undici is told that it is bundled, as Node itself does: without its second, experimental parser.
  define: { esbuildDetection: "true" },
  plugins: [usedUndici, lateSegmenter]
})
await chmod("dist/drift.mjs", 0o755)
