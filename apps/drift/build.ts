/**
 * Bundles the CLI into one file, `dist/drift.mjs`, which needs nothing but Node.
 */
import { chmod } from "node:fs/promises"
import { build } from "esbuild"

const outfile = "dist/drift.mjs"

await build({
  entryPoints: ["src/bin.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  minify: true,
  keepNames: true,
  legalComments: "none",
  // CommonJS dependencies (undici) call `require` for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);'
  }
})
await chmod(outfile, 0o755)
