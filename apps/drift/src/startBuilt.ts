/**
 * Starts the built program by what V8 has compiled of it before.
 *
 * Node's own compile cache is made before anything has run: it lacks all that is compiled when it is called, some 1,300 functions
 * in a check, which take a quarter of its time. This one is made at the end, for each command, since each calls others.
 */
import { cacheDirectory } from "./cacheDirectory.ts"
import { CompiledCodes } from "./compiledCode.ts"

/** Of this build; what was compiled of another one is of no use. */
declare const buildId: string

/** The command that is called, as part of a file's name; help calls nothing of it. */
const commandOf = (args: ReadonlyArray<string>): string => {
  const [command = ""] = args
  const isPlain = /^[a-z]{1,20}$/.test(command) && !args.includes("--help") && !args.includes("-h")
  return isPlain ? command : "help"
}

/** Loads the program, which runs it. */
export const start = async (): Promise<void> => {
  const { readFileSync } = process.getBuiltinModule("node:fs")
  const { createRequire } = process.getBuiltinModule("node:module")
  const { pathToFileURL } = process.getBuiltinModule("node:url")
  const { Script } = process.getBuiltinModule("node:vm")
  const directory = cacheDirectory()
  const prefix = `${buildId}-${process.version}-${process.arch}-${commandOf(process.argv.slice(2))}-`
  const codes = directory === undefined ? undefined : new CompiledCodes(directory, prefix)
  const requireNode = createRequire(import.meta.url)
  const modules = new Map<string, { exports: unknown }>()
  const scripts = new Map<string, InstanceType<typeof Script>>()

  /** A file of the program, which lies beside this one, or a module of Node. */
  const load = (name: string): unknown => {
    if (!name.startsWith("./")) return requireNode(name)
    const known = modules.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    modules.set(name, module)
    const file = name.slice(2)
    const filename = `${import.meta.dirname}/${file}`
    const code = codes?.get(file)
    const script = new Script(
      `(function (module, exports, require, importMeta) {${readFileSync(filename, "latin1")}\n})`,
      code === undefined ? { filename } : { filename, cachedData: code.bytes }
    )
    if (code?.isFresh !== true || script.cachedDataRejected === true) scripts.set(file, script)
    script.runInThisContext()(module, module.exports, load, { url: pathToFileURL(filename).href })
    return module.exports
  }

  process.on("exit", (code) => {
    // A run that failed or was called off has not called what others will.
    if (scripts.size === 0 || code === 1 || code === 130) return
    codes?.keep([...scripts].map(([file, script]) => [file, script.createCachedData()]))
  })
  load("./main.cjs")
}
