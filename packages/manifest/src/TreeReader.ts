/**
 * What every part of a manifest is read with: mistakes are noted once each, and what aliases repeat is read once.
 */
import { instancePattern } from "./DesiredResource.ts"
import { at, characters, type Diagnostic, nearest, quote, type SourceText } from "./Diagnostic.ts"
import { describe, isEmpty, type Note } from "./Value.ts"
import type { Entry, Mapping, Node } from "./YamlNode.ts"

/** The longest text that stands for itself, such as a reason, in characters. */
const maxTextLength = 1_000

export const takes = (names: ReadonlyArray<string>): string =>
  `It takes ${names.map((name) => `\`${name}\``).join(", ")}.`

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export class TreeReader {
  readonly source: SourceText
  readonly diagnostics: Array<Diagnostic>
  readonly #reported = new Set<string>()
  readonly #unknownFields = new Set<number>()
  readonly #read = new Map<Node, Map<string, unknown>>()

  constructor(source: SourceText, diagnostics: Array<Diagnostic>) {
    this.source = source
    this.diagnostics = diagnostics
  }

  readonly report: Note = (offset, parts) => {
    const id = `${offset} ${parts.summary}`
    if (this.#reported.has(id)) return
    this.#reported.add(id)
    this.diagnostics.push(at(this.source, offset, parts))
  }

  /** What `read` makes of a node as `part`: the first time, or a small file of aliases could ask for endless work. */
  once<A>(node: Node, part: string, read: () => A): A {
    const parts = this.#read.get(node) ?? new Map<string, unknown>()
    this.#read.set(node, parts)
    if (!parts.has(part)) parts.set(part, read())
    return parts.get(part) as A
  }

  /** The place of an offset in this file. */
  place(offset: number) {
    return { path: this.source.path, ...this.source.placeOf(offset) }
  }

  /** The entries of a mapping, after reporting those that `names` lacks. `x-…` keys are the author's own. */
  entriesOf(node: Mapping, names: ReadonlyArray<string>, what: string, extensible = false): ReadonlyArray<Entry> {
    const isKnown = ({ key }: Entry) => names.includes(key.text)
    if (node.entries.every(isKnown)) return node.entries
    return node.entries.filter((entry) => {
      const { offset, text } = entry.key
      if (isKnown(entry)) return true
      // Merge keys bring one field into many mappings.
      if ((extensible && text.startsWith("x-")) || this.#unknownFields.has(offset)) return false
      this.#unknownFields.add(offset)
      const suggestion = nearest(text, names)
      this.report(offset, {
        summary: `${capital(what)} has no field ${quote(text)}`,
        detail: takes(names),
        ...(suggestion === undefined ? {} : { suggestion })
      })
      return false
    })
  }

  /** A field that is missing because it is misspelt has been reported, with what it should be. */
  isMisspelt(node: Mapping, name: string, names: ReadonlyArray<string>): boolean {
    return node.entries.some(({ key }) => !names.includes(key.text) && nearest(key.text, names) === name)
  }

  /** The entries of what should be a mapping; none where it is empty or a mistake. */
  mappingOf(node: Node, what: string, detail: string): ReadonlyArray<Entry> {
    if (isEmpty(node) || node.kind === "invalid") return []
    if (node.kind === "mapping") return node.entries
    this.report(node.offset, { summary: `${capital(what)} is a mapping, and this is ${describe(node)}`, detail })
    return []
  }

  /** A text that says something. Its length is looked at first: many aliases may share a long one. */
  text(node: Node, what: string): string | undefined {
    if (node.kind === "invalid") return undefined
    // A character takes two units at most.
    const isLong = node.kind === "scalar" && node.text.length > 2 * maxTextLength
    const isSaid = isLong || (node.kind === "scalar" && !isEmpty(node) && node.text.trim() !== "")
    if (node.kind === "scalar" && isSaid && !isLong && characters(node.text) <= maxTextLength) return node.text
    this.report(node.offset, {
      summary: isSaid
        ? `${capital(what)} takes at most ${maxTextLength} characters`
        : `${capital(what)} is a text, and this is ${node.kind === "scalar" ? "nothing" : describe(node)}`
    })
    return undefined
  }

  /** One value, or a list of one or more, each by `read`; without repetitions, and `undefined` where one is a mistake. */
  oneOrMore(node: Node, what: string, read: (item: Node) => string | undefined): ReadonlyArray<string> | undefined {
    if (node.kind === "invalid") return undefined
    if (node.kind !== "list") {
      const value = read(node)
      return value === undefined ? undefined : [value]
    }
    return this.once(node, what, () => {
      const values = node.items.flatMap((item) => read(item) ?? [])
      if (node.items.length === 0) this.report(node.offset, { summary: `${capital(what)} is an empty list` })
      return values.length === node.items.length && values.length > 0 ? [...new Set(values)] : undefined
    })
  }

  /** The id of an instance, of a folder or of a policy. */
  id(node: Node, what: string, detail: string): string | undefined {
    if (node.kind === "invalid") return undefined
    if (node.kind === "scalar" && !isEmpty(node) && instancePattern.test(node.text)) return node.text
    this.report(node.offset, {
      summary: isEmpty(node) ? `The \`${what}\` is empty` : `${describe(node)} cannot be the id of ${article(what)}`,
      detail
    })
    return undefined
  }
}

const article = (what: string): string => `${/^[aeiou]/.test(what) ? "an" : "a"} ${what}`
