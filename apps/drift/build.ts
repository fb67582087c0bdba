/**
 * Bundles the CLI into one file, `dist/drift.mjs`, which needs nothing but Node.
 */
import { chmod } from "node:fs/promises"
import { build } from "esbuild"

const outfile = "dist/drift.mjs"

/** Runs before anything else of the bundle, on whatever Node there is. CommonJS dependencies (undici) call `require`. */
const banner = `import { createRequire as __createRequire } from "node:module";
const require = __createRequire(import.meta.url);
if (Number(process.versions.node.split(".")[0]) < 22) {
  process.stderr.write("error: drift needs Node 22 or newer, and this is " + process.version + "\\n");
  process.exit(1);
}`

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
  banner: { js: banner }
})
await chmod(outfile, 0o755)
