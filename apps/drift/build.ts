/**
 * Bundles the CLI into `dist`, which needs nothing but Node: `drift.mjs` answers `--version` by itself, and loads the rest in
 * pieces, as they are needed.
 */
import { chmod, rm } from "node:fs/promises"
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
 * cannot be shaken off since it is CommonJS. The package has no `exports`, and its version is pinned.
 */
const usedUndici: Plugin = {
  name: "used-undici",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^undici$/ }, ({ resolveDir }) => ({
      path: "undici",
      namespace: "used-undici",
      pluginData: resolveDir
    }))
    onLoad({ filter: /./, namespace: "used-undici" }, ({ pluginData }) => ({
      resolveDir: pluginData,
      contents: `
        exports.Agent = require("undici/lib/dispatcher/agent.js")
        exports.ProxyAgent = require("undici/lib/dispatcher/proxy-agent.js")
        exports.buildConnector = require("undici/lib/core/connect.js")`
    }))
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
  keepNames: true,
  legalComments: "none",
  banner: { js: banner },
  // How undici is told that it is bundled, as Node itself does: without its second, experimental parser.
  define: { esbuildDetection: "true" },
  plugins: [usedUndici]
})
await chmod("dist/drift.mjs", 0o755)
