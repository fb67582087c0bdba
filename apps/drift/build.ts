/**
 * Bundles the CLI into `dist`, which needs nothing but Node: `drift.mjs` answers `--version` by itself, and loads the rest in
 * pieces, as they are needed.
 *
 * The plugins are there for the time that a start takes: `docs/adr/0004-where-speed-is-bought.md`.
 */
import { createHash } from "node:crypto"
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { brotliCompressSync } from "node:zlib"
import { script } from "@holdfast/report/htmlScript"
import { style } from "@holdfast/report/htmlStyle"
import { type BuildOptions, build, type Plugin, transform } from "esbuild"
import { pages } from "./src/rulePages.ts"

/** Runs before anything else, on whatever Node there is. */
const versionCheck = `if (Number(process.versions.node.split(".")[0]) < 22 || process.getBuiltinModule === undefined) {
  process.stderr.write("error: drift needs Node 22.3 or newer, and this is " + process.version + "\\n");
  process.exit(1);
}`

/**
 * Takes of undici only what `NodeTransport` uses: its index loads fetch, WebSocket, caches and mocks with it, 0.4 MB that
 * cannot be shaken off since it is CommonJS. Its package has no `exports`, and its version is pinned.
 *
 * - HTTP/2 is never spoken (`allowH2: false`), and would load Node's TLS also where nothing is encrypted.
 * - Proxies are loaded where there are some; those of SOCKS are refused before.
 * - Bodies are texts: none is a form or a stream of `fetch`.
 * - Of Node's HTTP it asks the longest head, which `NodeTransport` gives, and whether a body is a request of Node's.
 * - The parser for processors without SIMD lies beside, as a file of its own, packed.
 */
const usedUndici: Plugin = {
  name: "used-undici",
  setup: ({ onLoad, onResolve }) => {
    const namespace = "used-undici"
    const contents: Readonly<Record<string, string>> = {
      undici: `
        exports.Pool = require("undici/lib/dispatcher/pool.js")
        Object.defineProperty(exports, "ProxyAgent", {
          enumerable: true,
          get: () => require("undici/lib/dispatcher/proxy-agent.js")
        })
        exports.buildConnector = require("undici/lib/core/connect.js")`,
      "node:http": "exports.maxHeaderSize = 16384",
      "node:assert": `module.exports = (ok, message) => {
        if (!ok) throw message instanceof Error ? message : new Error(message ?? "undici: an assertion does not hold")
      }`,
      "./client-h2.js": "",
      "./socks5-proxy-agent": "",
      "../web/fetch/body.js": "",
      "../web/fetch/formdata": "",
      "../web/webidl": "exports.webidl = { is: { FormData: () => false } }"
    }
    const names = Object.keys(contents).filter((name) => name !== "undici")
    onResolve({ filter: /^undici$/ }, ({ path, resolveDir }) => ({ path, namespace, pluginData: resolveDir }))
    onResolve({ filter: /./ }, ({ importer, path }) =>
      names.includes(path) && /\/undici\/lib\/(core|dispatcher)\//.test(importer) ? { path, namespace } : undefined
    )
    onResolve({ filter: /\/llhttp-wasm\.js$/ }, () => ({ path: "./llhttp-wasm.cjs", external: true }))
    onLoad({ filter: /.*/, namespace }, ({ path, pluginData }) => ({
      resolveDir: pluginData,
      contents: contents[path] ?? ""
    }))
  }
}

/** Nothing here speaks WebSocket: the server of the emulator could, and brings a whole implementation with it. */
const noWebSockets: Plugin = {
  name: "no-web-sockets",
  setup: ({ onLoad, onResolve }) => {
    const namespace = "no-web-sockets"
    onResolve({ filter: /^ws$/ }, ({ path }) => ({ path, namespace }))
    onLoad({ filter: /.*/, namespace }, () => ({
      contents: "export class WebSocket {}\nexport class WebSocketServer {}"
    }))
  }
}

/**
 * Has Effect's CLI load the tables of Unicode when it measures a text: as its module is written, each start of the program would
 * load them, which takes a quarter as long as Node takes to start.
 */
const lateTables: Plugin = {
  name: "late-tables",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/effect\/dist\/cli\/CliOutput\.js$/ }, async ({ path }) => {
      const replaced = (text: string, pattern: RegExp, by: string) => {
        if (!pattern.test(text))
          throw new Error(`${path} holds no ${pattern} any more: look what it makes when it is loaded`)
        return text.replace(pattern, by)
      }
      const text = replaced(
        await readFile(path, "utf8"),
        /new (Intl\.Segmenter\([^)]*\))/,
        "{ segment(text) { return (this.made ??= new $1).segment(text) } }"
      )
      const contents = replaced(
        text,
        /(zeroWidthCodePoints = )(\/.*\/gu);/,
        "$1{ [Symbol.replace](text, by) { return text.replace(this.made ??= $2, by) } };"
      )
      return { contents, loader: "js" }
    })
  }
}

/**
 * Has modules of Node required, not imported: what is imported is looked at whole, and of `node:fs` that alone loads streams and
 * promises. `node:crypto`, which only temporary files need, is loaded when one is made.
 */
const plainBuiltins: Plugin = {
  name: "plain-builtins",
  setup: ({ onLoad, onResolve }) => {
    const namespace = "plain-builtins"
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: `module.exports = require("${path}")` }))
    onResolve({ filter: /^node:crypto$/ }, ({ importer, path }) =>
      importer.endsWith("/NodeFileSystem.js") ? { path, namespace: "late-crypto" } : undefined
    )
    onResolve({ filter: /^node:/ }, ({ importer, kind, path }) =>
      kind !== "import-statement" || path === "node:module" || importer.includes("/jose/")
        ? { path, external: true }
        : { path, namespace }
    )
    onLoad({ filter: /.*/, namespace: "late-crypto" }, ({ path }) => ({
      contents: `export const randomBytes = (size) => require("${path}").randomBytes(size)`
    }))
  }
}

/** What is built holds the pages of the rules, which the sources read. */
const builtPages: Plugin = {
  name: "built-pages",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/src\/rulePages\.ts$/ }, () => ({
      contents: `export const pages = new Map(${JSON.stringify([...pages])})`
    }))
  }
}

/** What only a browser reads, the style and the script of HTML reports, is kept compressed: less than half of it is left. */
const packedTexts: Plugin = {
  name: "packed-texts",
  setup: ({ onLoad }) => {
    const texts: Readonly<Record<string, string>> = { script, style }
    onLoad({ filter: /\/report\/src\/html(Script|Style)\.ts$/ }, ({ path }) => {
      const name = path.endsWith("Script.ts") ? "script" : "style"
      const packed = brotliCompressSync(texts[name] ?? "").toString("base64")
      const contents = `import { brotliDecompressSync } from "node:zlib"
        export const ${name} = brotliDecompressSync(Buffer.from("${packed}", "base64")).toString()`
      return { contents }
    })
  }
}

/** The launcher starts what is built, not the sources. */
const startBuilt: Plugin = {
  name: "start-built",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/start\.ts$/ }, () => ({ path: join(import.meta.dirname, "src/startBuilt.ts") }))
  }
}

const common = {
  bundle: true,
  platform: "node",
  target: "node22",
  minify: true,
  legalComments: "none"
} satisfies BuildOptions

/** The program, in pieces. */
const pieces = await build({
  ...common,
  write: false,
  entryPoints: { main: "src/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  chunkNames: "[name]-[hash]",
  format: "esm",
  splitting: true,
  // How undici is told that it is bundled, as Node itself does: without its second, experimental parser.
  define: { esbuildDetection: "true" },
  plugins: [usedUndici, noWebSockets, lateTables, plainBuiltins, builtPages, packedTexts]
})

/** undici's second parser, for processors without SIMD: packed, since hardly anybody needs it. */
const parser = () => {
  const wasm: Uint8Array = createRequire(join(import.meta.dirname, "../../packages/core/package.json"))(
    "undici/lib/llhttp/llhttp-wasm.js"
  )
  const packed = brotliCompressSync(wasm).toString("base64")
  return {
    path: join(import.meta.dirname, "dist/llhttp-wasm.cjs"),
    text: `module.exports = require("node:zlib").brotliDecompressSync(Buffer.from("${packed}", "base64"))`
  }
}

await rm("dist", { recursive: true, force: true })
await mkdir("dist")
const buildId = createHash("sha256")
for (const { path, text } of [...pieces.outputFiles, parser()]) {
  // Only scripts can be compiled with what was kept of them; pieces are made of modules.
  const { code, warnings } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node22",
    minify: true,
    supported: { "dynamic-import": false },
    define: { "import.meta": "importMeta" }
  })
  // A text of other letters takes twice the memory, which begins a garbage collection in each run. esbuild escapes them, but for
  // those in tagged templates.
  if (/[^\x00-\x7f]/.test(code))
    throw new Error(`${path} holds ${/.{0,40}[^\x00-\x7f]/.exec(code)}: take it out of its template`)
  if (warnings.length > 0) throw new Error(`${path}: ${warnings.map((warning) => warning.text).join("; ")}`)
  buildId.update(code)
  await writeFile(path, code)
}
await build({
  ...common,
  entryPoints: { drift: "src/bin.ts" },
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  banner: { js: versionCheck },
  define: { buildId: JSON.stringify(buildId.digest("hex").slice(0, 12)) },
  plugins: [startBuilt]
})
await chmod("dist/drift.mjs", 0o755)
