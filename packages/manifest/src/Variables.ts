/**
 * `${name}` in the strings of a manifest: the only templating there is.
 */
import { nearest } from "./Diagnostic.ts"

/** The values that were given, by name. */
export type Variables = ReadonlyMap<string, string>

export const noVariables: Variables = new Map()

/** What the name of a variable looks like. */
export const variablePattern = /^[A-Za-z_][A-Za-z0-9_]{0,49}$/

/** The longest value of a variable, in characters: each use repeats it. */
export const maxVariableLength = 200

/** What is wrong with a use of a variable. */
export interface VariableMistake {
  readonly summary: string
  readonly detail: string
  readonly suggestion?: string
}

/** `text` with its variables filled in, and what is wrong with those that cannot be. `$${` stands for `${`. */
export const fillIn = (
  text: string,
  variables: Variables
): { readonly text: string; readonly mistakes: ReadonlyArray<VariableMistake> } => {
  const mistakes: Array<VariableMistake> = []
  const filled = text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (all: string, name: string | undefined) => {
    if (all === "$${") return "${"
    const value = all.endsWith("}") && name !== undefined ? variables.get(name) : undefined
    if (value === undefined) mistakes.push(mistakeOf(all, name ?? "", variables))
    return value ?? ""
  })
  return { text: filled, mistakes }
}

const mistakeOf = (all: string, name: string, variables: Variables): VariableMistake => {
  const escape = "`$${` stands for a plain `${`."
  const shown = all.slice(0, 80)
  if (!all.endsWith("}")) return { summary: `"${shown}" is not closed`, detail: `Close it with \`}\`; ${escape}` }
  if (!variablePattern.test(name)) return { summary: `"${shown}" is not the name of a variable`, detail: escape }
  const suggestion = nearest(name, variables.keys())
  return {
    summary: `No variable "${name}" is given`,
    detail: `Give it with \`--var ${name}=…\`; ${escape}`,
    ...(suggestion === undefined ? {} : { suggestion })
  }
}
