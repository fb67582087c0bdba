/**
 * What can be written on the command line, described once for two readers.
 *
 * A plain call is read here, in a few steps. Help, completions and whatever is not plain is for Effect's CLI, which `Cli.ts`
 * makes of the same description, and which takes as long to load as all the rest of a check. The two understand the same: what
 * is not quite plain is not read here.
 */
import { relative, resolve } from "node:path"
import type * as Effect from "effect/Effect"
import type { Environment } from "./platform.ts"

/** A flag, or its twin in the environment; the flag wins. */
export interface Flag<A> {
  readonly kind: "switch" | "choice" | "integer" | "text" | "path"
  readonly name: string
  /** One letter. */
  readonly alias?: string
  readonly metavar?: string
  readonly choices?: ReadonlyArray<string>
  readonly description: string
  /** The twin; none where another part of the program reads the variable. */
  readonly variable?: string
  /** What a text means; `undefined` where it means nothing. */
  readonly read: (text: string) => A | undefined
  /** It can be given several times: what is read are all its texts, each on a line of its own. */
  readonly isRepeated?: true
  /** What a text should have been that means nothing, as a sentence without a full stop. */
  readonly expected?: string
  /** Holds where nothing is given. */
  readonly fallback: A
}

export type Flags = Readonly<Record<string, Flag<unknown>>>

/** What the flags of a command say. */
export type Options<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer A> ? A : never }

/** A command. */
export interface Command<F extends Flags = Flags> {
  readonly name: string
  readonly short: string
  readonly description: string
  readonly examples: ReadonlyArray<{ readonly command: string; readonly description: string }>
  /** What it takes beside its flags: files, or words as they are; one, or any number. */
  readonly argument?: {
    readonly kind: "path" | "text"
    readonly name: string
    readonly description: string
    readonly isVariadic: boolean
  }
  readonly flags: F
  readonly run: (options: Options<F>, operands: ReadonlyArray<string>) => Effect.Effect<void, unknown, Environment>
}

/** A command, ready to be called: how its flags are typed concerns nobody else. */
export interface Callable {
  readonly command: Command
  /** What a plain call does; `undefined` where it is not plain. */
  readonly call: (
    args: ReadonlyArray<string>,
    env: Readonly<Record<string, string | undefined>>
  ) => Effect.Effect<void, unknown, Environment> | undefined
}

/** A command that can be called. */
export const callable = <F extends Flags>(command: Command<F>): Callable => ({
  command: command as unknown as Command,
  call: (args, env) => {
    const read = readPlain(command, args, env)
    return read === undefined ? undefined : command.run(read.options, read.operands)
  }
})

/**
 * A path as people name it, from the absolute one that the command line makes of it: relative below this directory. `-`
 * and patterns come back as they were.
 */
export const asNamed = (absolute: string): string => {
  const inside = relative(process.cwd(), absolute)
  return inside === "" || inside.startsWith("..") ? absolute : inside
}

/** Words that would be taken for the value of the switch before them. */
export const booleans = /^(true|false|yes|no|y|n|on|off|0|1)$/i

/** What a word of the command line gives: a flag, and its value where the word says that as well. */
interface Word {
  readonly key: string
  readonly value?: string
}

const wordsOf = (flags: Flags): ReadonlyMap<string, Word> => {
  const words = new Map<string, Word>()
  for (const [key, { alias, kind, name }] of Object.entries(flags)) {
    const word = kind === "switch" ? { key, value: "true" } : { key }
    words.set(`--${name}`, word)
    if (alias !== undefined) words.set(`-${alias}`, word)
    if (kind === "switch") words.set(`--no-${name}`, { key, value: "false" })
  }
  return words
}

/** The words of a call by what they are; `undefined` where one of them is not plain. */
const sort = (
  flags: Flags,
  args: ReadonlyArray<string>
): { readonly given: ReadonlyMap<string, string>; readonly operands: ReadonlyArray<string> } | undefined => {
  const words = wordsOf(flags)
  const given = new Map<string, string>()
  const operands: Array<string> = []
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ""
    if (arg === "") return undefined
    if (arg === "-" || !arg.startsWith("-")) {
      operands.push(arg)
      continue
    }
    const equals = arg.indexOf("=")
    const word = words.get(equals < 0 ? arg : arg.slice(0, equals))
    if (word === undefined) return undefined
    const before = given.get(word.key)
    if (before !== undefined && flags[word.key]?.isRepeated !== true) return undefined
    let { value } = word
    if (value === undefined) {
      if (equals < 0) index += 1
      value = equals < 0 ? args[index] : arg.slice(equals + 1)
      if (value === undefined || value === "" || value.startsWith("-")) return undefined
    } else if (equals >= 0 || booleans.test(args[index + 1] ?? "")) return undefined
    given.set(word.key, before === undefined ? value : `${before}\n${value}`)
  }
  return { given, operands }
}

/** What a plain call says. */
const readPlain = <F extends Flags>(
  { argument, flags }: Command<F>,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string | undefined>>
): { readonly options: Options<F>; readonly operands: ReadonlyArray<string> } | undefined => {
  const sorted = sort(flags, args)
  if (sorted === undefined) return undefined
  const { given, operands } = sorted
  if (argument?.isVariadic !== true && operands.length !== (argument === undefined ? 0 : 1)) return undefined
  const options: Record<string, unknown> = {}
  for (const [key, { fallback, kind, read, variable }] of Object.entries(flags)) {
    const word = given.get(key)
    const text = word ?? (variable === undefined ? undefined : env[variable])
    const value = text === undefined ? fallback : read(word !== undefined && kind === "path" ? resolve(word) : text)
    if (text !== undefined && (value === undefined || text === "")) return undefined
    options[key] = value
  }
  const asMeant = (operand: string) => (argument?.kind === "path" ? asNamed(resolve(operand)) : operand)
  return { options: options as Options<F>, operands: operands.map(asMeant) }
}
