/**
 * What V8 has compiled of the program, kept from one run to the next, in a directory of the user's own.
 *
 * V8 does not see whether it is whole, and dies of what is not: each file ends in a checksum. Whoever can write one can run code:
 * one that is not the user's own, or that others can write to, is not used. It only saves time: where it cannot be read or
 * written, the program does without.
 */

/** How long the code of a build is kept that is no longer run, in days. */
const keptDays = 30

/** How old it grows before what has been compiled since is added, in days: the first run may have ended early. */
const freshDays = 1

/** What ends a name of ours, so that nothing else is ever removed. */
const suffix = ".code"

const dayMillis = 86_400_000

/** The code of one file. */
export interface CompiledCode {
  readonly bytes: Buffer
  readonly isFresh: boolean
}

export class CompiledCodes {
  readonly #directory: string
  readonly #prefix: string
  readonly #fs = process.getBuiltinModule("node:fs")
  readonly #sumOf = process.getBuiltinModule("node:zlib").crc32

  /** Those in `directory` whose names begin with `prefix`. */
  constructor(directory: string, prefix: string) {
    this.#directory = directory
    this.#prefix = prefix
  }

  #pathOf(name: string): string {
    return `${this.#directory}/${this.#prefix}${name}${suffix}`
  }

  /** What is kept of a file, if it can be used. */
  get(name: string): CompiledCode | undefined {
    try {
      const descriptor = this.#fs.openSync(this.#pathOf(name), "r")
      try {
        return this.#read(descriptor)
      } finally {
        this.#fs.closeSync(descriptor)
      }
    } catch {
      return undefined
    }
  }

  #read(descriptor: number): CompiledCode | undefined {
    const { mode, mtimeMs, uid } = this.#fs.fstatSync(descriptor)
    if (process.getuid !== undefined && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined
    const file = this.#fs.readFileSync(descriptor)
    const bytes = file.subarray(0, -4)
    if (bytes.length === 0 || file.readUInt32LE(bytes.length) !== this.#sumOf(bytes)) return undefined
    return { bytes, isFresh: Date.now() - mtimeMs < freshDays * dayMillis }
  }

  /** Keeps the code of files, and removes what builds have left that are gone. */
  keep(codes: ReadonlyArray<readonly [file: string, bytes: Buffer]>): void {
    try {
      this.#fs.mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      for (const [name, bytes] of codes) this.#write(name, bytes)
      this.#removeOld()
    } catch {
      // The next run does without.
    }
  }

  /** Writes a file whole, or not at all. */
  #write(name: string, bytes: Buffer): void {
    const sum = Buffer.alloc(4)
    sum.writeUInt32LE(this.#sumOf(bytes))
    const temporary = `${this.#directory}/${this.#prefix}${process.pid}.tmp`
    try {
      this.#fs.writeFileSync(temporary, Buffer.concat([bytes, sum]), { mode: 0o600, flag: "wx" })
      this.#fs.renameSync(temporary, this.#pathOf(name))
    } catch {
      this.#fs.rmSync(temporary, { force: true })
    }
  }

  #removeOld(): void {
    for (const name of this.#fs.readdirSync(this.#directory)) {
      const path = `${this.#directory}/${name}`
      const isOld = name.endsWith(suffix) && Date.now() - this.#fs.statSync(path).mtimeMs > keptDays * dayMillis
      if (isOld) this.#fs.rmSync(path, { force: true })
    }
  }
}
