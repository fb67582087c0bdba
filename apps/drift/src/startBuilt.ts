/**
 * Starts the built program, and keeps what V8 has compiled of it for the next time.
 *
 * Node's own compile cache is made before anything has run: it lacks all that is compiled when it is called, some 1,300 functions
 * in a check, which take a quarter of its time. This one is made at the end, for each command, since each calls others.
 */

import { cacheDirectory } from "./cacheDirectory.ts"

/** Of this build; what was compiled of another one is of no use. */
declare const buildId: string

/** How long what was compiled is kept, in days: then it is compiled anew, and what belongs to builds that are gone is removed. */
const keptDays = 30

/** What ends a name of ours, so that nothing else is ever removed. */
const suffix = ".code"

const dayMillis = 86_400_000

/** Loads the program, which runs it. */
export const start = async (): Promise<void> => {
  const fs = process.getBuiltinModule("node:fs")
  const { createRequire } = process.getBuiltinModule("node:module")
  const { pathToFileURL } = process.getBuiltinModule("node:url")
  const { crc32 } = process.getBuiltinModule("node:zlib")
  const { Script } = process.getBuiltinModule("node:vm")
  const [word = ""] = process.argv.slice(2)
  const directory = cacheDirectory()
  const prefix = `${buildId}-${process.version}-${process.arch}-${/^[a-z]{1,20}$/.test(word) ? word : "none"}-`
  const pathOf = (name: string) => `${directory}/${prefix}${name}${suffix}`

  /** What was compiled of a file before. V8 does not see whether it is whole, and dies of what is not. */
  const compiled = (name: string): Buffer | undefined => {
    if (directory === undefined) return undefined
    try {
      const descriptor = fs.openSync(pathOf(name), "r")
      try {
        const { mode, uid } = fs.fstatSync(descriptor)
        const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
        const bytes = isOurs ? fs.readFileSync(descriptor) : Buffer.alloc(0)
        const code = bytes.subarray(0, -4)
        return bytes.length > 4 && bytes.readUInt32LE(code.length) === crc32(code) ? code : undefined
      } finally {
        fs.closeSync(descriptor)
      }
    } catch {
      return undefined
    }
  }

  /** Keeps what was compiled of a file: whole, or not at all. */
  const keep = (name: string, code: Buffer): void => {
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(crc32(code))
    const temporary = `${directory}/${prefix}${process.pid}.tmp`
    try {
      fs.writeFileSync(temporary, Buffer.concat([code, sum]), { mode: 0o600, flag: "wx" })
      fs.renameSync(temporary, pathOf(name))
    } catch {
      fs.rmSync(temporary, { force: true })
    }
  }

  const removeOld = (from: string): void => {
    for (const name of fs.readdirSync(from)) {
      const path = `${from}/${name}`
      const isOld = name.endsWith(suffix) && Date.now() - fs.statSync(path).mtimeMs > keptDays * dayMillis
      if (isOld) fs.rmSync(path, { force: true })
    }
  }

  const scripts = new Map<string, InstanceType<typeof Script>>()
  const modules = new Map<string, { exports: unknown }>()
  const requireNode = createRequire(import.meta.url)

  /** A file of the program, which lies beside this one, or a module of Node. */
  const load = (name: string): unknown => {
    if (!name.startsWith("./")) return requireNode(name)
    const known = modules.get(name)
    if (known !== undefined) return known.exports
    const module = { exports: {} }
    modules.set(name, module)
    const file = name.slice(2)
    const filename = `${import.meta.dirname}/${file}`
    const text = fs.readFileSync(filename, "utf8")
    const cachedData = compiled(file)
    const script = new Script(`(function (module, exports, require, importMeta) {${text}\n})`, {
      filename,
      ...(cachedData === undefined ? {} : { cachedData })
    })
    if (cachedData === undefined || script.cachedDataRejected === true) scripts.set(file, script)
    script.runInThisContext()(module, module.exports, load, { url: pathToFileURL(filename).href })
    return module.exports
  }

  process.on("exit", (code) => {
    // A run that failed or was called off has not called what others will.
    if (directory === undefined || scripts.size === 0 || code === 1 || code === 130) return
    try {
      fs.mkdirSync(directory, { recursive: true, mode: 0o700 })
      for (const [name, script] of scripts) keep(name, script.createCachedData())
      removeOld(directory)
    } catch {
      // It saves time, and nothing depends on it.
    }
  })
  load("./main.cjs")
}
