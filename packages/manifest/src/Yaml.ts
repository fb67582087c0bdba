/**
 * YAML text to a tree whose every node knows its place. Aliases become shared nodes (never copies, so that an alias bomb
 * stays as small as its text), merge keys (`<<`) are resolved, duplicate keys and foreign tags are mistakes.
 */
import * as JsYaml from "js-yaml"
import { at, cut, type Diagnostic, quote, type SourceText } from "./Diagnostic.ts"
import { fillIn, type Variables } from "./Variables.ts"
import type { Entry, Invalid, Node, Scalar } from "./YamlNode.ts"

/** How many keys all `<<` of a file may bring in together: each costs memory, and their number can be a product. */
const maxMergedKeys = 1_000_000

const textTags = new Set(["!!str", "!"])
const coreTags = new Set([...textTags, "!!bool", "!!int", "!!float", "!!null", "!!map", "!!seq"])

interface OpenMapping {
  readonly kind: "mapping"
  readonly entries: Array<Entry>
  readonly offset: number
  readonly anchor: string | undefined
  /** The keys of `entries`, once they are too many to be looked through. */
  seen: Map<string, Scalar> | undefined
  readonly merges: Array<{ readonly key: Scalar; readonly value: Node }>
  readonly isValid: boolean
  key: Scalar | Invalid | undefined
}

interface OpenList {
  readonly kind: "list"
  readonly items: Array<Node>
  readonly offset: number
  readonly anchor: string | undefined
  readonly isValid: boolean
}

/** Mappings of as many keys are looked through for one, which is faster than a map of them: most have no more. */
const fewKeys = 16

const keysOf = (mapping: OpenMapping): Map<string, Scalar> => {
  mapping.seen ??= new Map(mapping.entries.map(({ key }) => [key.text, key]))
  return mapping.seen
}

/** The key of an open mapping that reads `text`. */
const keyIn = (mapping: OpenMapping, text: string): Scalar | undefined => {
  if (mapping.entries.length > fewKeys) return keysOf(mapping).get(text)
  for (const { key } of mapping.entries) if (key.text === text) return key
  return undefined
}

/** A document's tree, or what is wrong. Mistakes found beside a tree leave a tree that lacks what they spoil. */
export interface Tree {
  readonly root: Node | undefined
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** The tree of the one document of `source`, by its events, with `variables` filled in where there can be some. */
export const treeOf = (source: SourceText, events: ReadonlyArray<JsYaml.Event>, variables?: Variables): Tree => {
  const builder = new Builder(source, variables)
  for (const event of events) builder.accept(event)
  return { root: builder.root, diagnostics: builder.diagnostics }
}

class Builder {
  root: Node | undefined
  readonly diagnostics: Array<Diagnostic> = []
  private readonly source: SourceText
  private readonly variables: Variables | undefined
  private readonly anchors = new Map<string, Node>()
  private readonly open: Array<OpenMapping | OpenList> = []
  private documents = 0
  private lastOffset = 0
  private mergedKeys = 0
  private isOverMerged = false
  private lastEnd = 0

  constructor(source: SourceText, variables: Variables | undefined) {
    this.source = source
    this.variables = variables
  }

  accept(event: JsYaml.Event): void {
    if (event.type === JsYaml.EVENT_DOCUMENT) this.documents += 1
    if (this.documents === 2) this.secondDocument(event)
    if (this.documents > 1) return
    switch (event.type) {
      case JsYaml.EVENT_SCALAR:
        this.scalar(event)
        return
      case JsYaml.EVENT_ALIAS:
        this.alias(event)
        return
      case JsYaml.EVENT_MAPPING:
        this.open.push({
          kind: "mapping",
          isValid: this.checkTag(event),
          entries: [],
          offset: event.start,
          anchor: this.anchorOf(event),
          seen: undefined,
          merges: [],
          key: undefined
        })
        return
      case JsYaml.EVENT_SEQUENCE:
        this.open.push({
          kind: "list",
          items: [],
          offset: event.start,
          anchor: this.anchorOf(event),
          isValid: this.checkTag(event)
        })
        return
      case JsYaml.EVENT_POP:
        this.close()
        return
    }
  }

  private scalar(event: JsYaml.ScalarEvent): void {
    const isTagged = this.checkTag(event)
    const isAbsent = event.valueStart < 0
    const isPlain = event.style === JsYaml.SCALAR_STYLE_PLAIN
    const isQuoted =
      event.style === JsYaml.SCALAR_STYLE_SINGLE_QUOTED || event.style === JsYaml.SCALAR_STYLE_DOUBLE_QUOTED
    const written = isAbsent
      ? ""
      : event.fast
        ? this.source.text.slice(event.valueStart, event.valueEnd)
        : JsYaml.getScalarValue(this.source.text, event)
    const offset = isAbsent ? this.placeOfNothing() : event.valueStart - (isQuoted ? 1 : 0)
    const text = written.includes("${") ? this.filledIn(written, offset) : written
    const isValid = isTagged && text !== undefined
    this.lastOffset = offset
    this.lastEnd = isAbsent ? offset + 1 : event.valueEnd
    const tag = event.tagStart < 0 ? "" : this.source.text.slice(event.tagStart, event.tagEnd)
    const node: Node = isValid
      ? { kind: "scalar", text, plain: isPlain && !textTags.has(tag), offset }
      : { kind: "invalid", offset }
    const anchor = this.anchorOf(event)
    if (anchor !== undefined) this.anchors.set(anchor, node)
    this.place(node, offset)
  }

  /** With its variables; `undefined` where they are a mistake. */
  private filledIn(written: string, offset: number): string | undefined {
    if (this.variables === undefined) return written
    const { mistakes, text } = fillIn(written, this.variables)
    for (const mistake of mistakes) this.report(offset, mistake)
    return mistakes.length === 0 ? text : undefined
  }

  /** A value that is not there has no place: the key before it has, or the dash of its list. */
  private placeOfNothing(): number {
    if (this.open.at(-1)?.kind !== "list") return this.lastOffset
    const dash = this.source.text.indexOf("-", this.lastEnd)
    return dash < 0 ? this.lastOffset : dash
  }

  private alias(event: JsYaml.AliasEvent): void {
    const name = this.source.text.slice(event.anchorStart, event.anchorEnd)
    const node = this.anchors.get(name)
    const offset = event.anchorStart - 1
    this.lastEnd = event.anchorEnd
    if (node === undefined) {
      this.report(offset, {
        summary: `No anchor &${cut(name)} stands before this alias`,
        detail: "An alias repeats a node that was named before it, and cannot stand inside that node."
      })
    }
    this.place(node ?? { kind: "invalid", offset }, offset)
  }

  private close(): void {
    const node = this.open.pop()
    // The end of a document has nothing to close.
    if (node === undefined) return
    const { offset } = node
    const closed: Node = !node.isValid
      ? { kind: "invalid", offset }
      : node.kind === "list"
        ? { kind: "list", items: node.items, offset }
        : { kind: "mapping", entries: this.merged(node), offset }
    // Named only now: an alias inside its own anchor is a mistake, so the tree has no cycles.
    if (node.anchor !== undefined) this.anchors.set(node.anchor, closed)
    this.place(closed, offset)
  }

  /** Puts a node where the text has it; `offset` is its place, or that of the alias that repeats it. */
  private place(node: Node, offset: number): void {
    const parent = this.open.at(-1)
    if (parent === undefined) this.root = node
    else if (parent.kind === "list") parent.items.push(node)
    else if (parent.key === undefined) parent.key = this.keyOf(node, offset)
    else {
      const { key } = parent
      parent.key = undefined
      if (key.kind === "invalid") return
      if (key.text === "<<" && key.plain) parent.merges.push({ key, value: node })
      else this.entry(parent, key, node)
    }
  }

  private entry(parent: OpenMapping, key: Scalar, value: Node): void {
    const first = keyIn(parent, key.text)
    if (first === undefined) {
      parent.seen?.set(key.text, key)
      parent.entries.push({ key, value })
      return
    }
    this.report(key.offset, {
      summary: `The key ${quote(key.text)} stands here a second time`,
      detail: `It stands first on line ${this.source.placeOf(first.offset).line}. Remove one of them.`
    })
  }

  private keyOf(node: Node, offset: number): Scalar | Invalid {
    if (node.kind === "scalar") return node.offset === offset ? node : { ...node, offset }
    if (node.kind !== "invalid") {
      this.report(offset, { summary: "A key must be plain text", detail: `Here it is a ${node.kind}.` })
    }
    return { kind: "invalid", offset }
  }

  /** The mapping's own entries, then those of its `<<` that it does not have itself; the first of several wins. */
  private merged(mapping: OpenMapping): ReadonlyArray<Entry> {
    if (mapping.merges.length === 0) return mapping.entries
    const entries = [...mapping.entries]
    for (const { key, value } of mapping.merges) {
      for (const from of value.kind === "list" ? value.items : [value]) {
        if (from.kind === "invalid") continue
        if (from.kind !== "mapping") {
          this.report(key.offset, { summary: "A merge key (<<) takes an alias of a mapping, or a list of them" })
          continue
        }
        this.mergedKeys += from.entries.length
        if (this.mergedKeys > maxMergedKeys) {
          if (!this.isOverMerged) {
            this.report(key.offset, { summary: `The merge keys of this file bring in more than ${maxMergedKeys} keys` })
          }
          this.isOverMerged = true
          return entries
        }
        const seen = keysOf(mapping)
        for (const entry of from.entries) {
          if (seen.has(entry.key.text)) continue
          seen.set(entry.key.text, entry.key)
          entries.push(entry)
        }
      }
    }
    return entries
  }

  private anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart < 0 ? undefined : this.source.text.slice(event.anchorStart, event.anchorEnd)
  }

  /** Whether the node's tag, if it has one, means something here. */
  private checkTag(event: { readonly tagStart: number; readonly tagEnd: number }): boolean {
    if (event.tagStart < 0) return true
    const tag = this.source.text.slice(event.tagStart, event.tagEnd)
    if (coreTags.has(tag)) return true
    this.report(event.tagStart, { summary: `The tag ${cut(tag)} means nothing in a manifest`, detail: "Remove it." })
    return false
  }

  /** Reported at the first thing in it, or at the `---` before it, which is no event. */
  private secondDocument(event: JsYaml.Event): void {
    if (event.type === JsYaml.EVENT_DOCUMENT) return
    this.documents = 3
    const offset =
      "start" in event
        ? event.start
        : "valueStart" in event
          ? event.valueStart
          : "anchorStart" in event
            ? event.anchorStart - 1
            : -1
    this.report(offset < 0 ? this.source.text.lastIndexOf("---") : offset, {
      summary: "A manifest is one YAML document, and a second one begins here",
      detail: "Move it to a file of its own: several files can be checked together."
    })
  }

  private report(offset: number | undefined, parts: Parameters<typeof at>[2]): void {
    this.diagnostics.push(at(this.source, offset, parts))
  }
}
