/**
 * A manifest, version 1: which resources there should be, and what each must satisfy.
 */
import * as Result from "effect/Result"
import type { Event } from "js-yaml"
import {
  type DesiredResource,
  defaultSeverity,
  instancePattern,
  maxAddressLength,
  needsBackup
} from "./DesiredResource.ts"
import { at, characters, type Diagnostic, nearest, quote, type SourceText } from "./Diagnostic.ts"
import { type Expectations, fields, inherit, type Severity, severities } from "./Expectations.ts"
import { readPlain } from "./plainManifest.ts"
import { describe, isEmpty, type Note, readExpectation, readLiteral } from "./Value.ts"
import * as Yaml from "./Yaml.ts"
import type { Entry, Mapping, Node, Scalar } from "./YamlNode.ts"
import { eventsOf } from "./yamlEvents.ts"

export type { DesiredResource, SourcePlace } from "./DesiredResource.ts"

/** What one file declares, or every mistake in it. */
export interface ParsedFile {
  readonly resources: ReadonlyArray<DesiredResource>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

const expectationNames = Object.keys(fields) as ReadonlyArray<keyof Expectations>
const topLevelNames = ["version", "defaults", "resources"]
const defaultsNames = [...expectationNames, "severity"]
const resourceNames = ["instance", ...defaultsNames]

/** Reads the text of one file. */
export const parse = (source: SourceText): ParsedFile => {
  const events = eventsOf(source)
  if (Result.isFailure(events)) return { resources: [], diagnostics: [events.failure] }
  const plain = readPlain(source, events.success)
  if (plain !== undefined) return { resources: plain, diagnostics: [] }
  return readTree(source, events.success)
}

/** The same by way of a tree, whatever is written. */
export const readTree = (source: SourceText, events: ReadonlyArray<Event>): ParsedFile => {
  const { diagnostics, root, shared } = Yaml.treeOf(source, events)
  const reader = new Reader(source, shared, [...diagnostics])
  const resources = root === undefined && diagnostics.length > 0 ? [] : reader.manifest(root)
  const inOrder = reader.diagnostics.toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  )
  return { resources, diagnostics: inOrder }
}

interface Declared {
  readonly expectations: { -readonly [Name in keyof Expectations]: Expectations[Name] }
  severity: Severity | undefined
}

/** What is written below a resource's name; several names can share it by an alias. */
interface Body extends Declared {
  readonly instance: string | undefined
  /** Neither an `instance` nor anything that was meant to be one is there. */
  readonly lacksInstance: boolean
}

class Reader {
  readonly diagnostics: Array<Diagnostic>
  private readonly source: SourceText
  private readonly reported = new Set<string>()
  private readonly unknownFields = new Set<number>()
  private readonly shared: ReadonlySet<Node>
  // Read once, however many aliases repeat it: otherwise a small file could ask for endless work.
  private readonly bodies = new Map<Node, Body>()
  private readonly lists = new Map<Node, Map<string, Expectations[keyof Expectations]>>()

  constructor(source: SourceText, shared: ReadonlySet<Node>, diagnostics: Array<Diagnostic>) {
    this.source = source
    this.shared = shared
    this.diagnostics = diagnostics
  }

  manifest(root: Node | undefined): ReadonlyArray<DesiredResource> {
    const example = "A manifest begins with `version: 1`, then `resources:`."
    if (root === undefined || isEmpty(root)) {
      this.report(undefined, { summary: "The file is empty", detail: example })
      return []
    }
    if (root.kind === "invalid") return []
    if (root.kind !== "mapping") {
      this.report(root.offset, { summary: `A manifest is a mapping, and this is ${describe(root)}`, detail: example })
      return []
    }
    const known = this.entriesOf(root, topLevelNames, "a manifest", true)
    const entries = new Map(known.map((entry) => [entry.key.text, entry]))
    this.version(entries.get("version"), root)
    const defaults = entries.get("defaults")
    const inherited =
      defaults === undefined ? none() : this.declared(defaults.value, defaultsNames, "`defaults`", () => undefined)
    if (defaults !== undefined) this.contradictions(defaults.value, inherited.expectations, {})
    const resources = entries.get("resources")
    if (resources === undefined) {
      if (!this.isMisspelt(root, "resources", topLevelNames)) {
        this.report(root.offset, { summary: "The manifest declares no `resources`", detail: example })
      }
      return []
    }
    return this.resources(resources, inherited)
  }

  private version(entry: Entry | undefined, root: Mapping): void {
    if (entry === undefined) {
      if (this.isMisspelt(root, "version", topLevelNames)) return
      this.report(root.offset, { summary: "The manifest has no `version`", detail: "Write `version: 1` at its top." })
      return
    }
    const { value } = entry
    if (value.kind === "invalid" || (value.kind === "scalar" && value.plain && value.text === "1")) return
    const isText = value.kind === "scalar" && value.text === "1"
    this.report(value.offset, {
      summary: `This program reads version 1 of the manifest, not ${isText ? "the text " : ""}${describe(value)}`,
      detail: "Write `version: 1`."
    })
  }

  private resources({ value }: Entry, inherited: Declared): ReadonlyArray<DesiredResource> {
    if (isEmpty(value) || value.kind === "invalid") return []
    if (value.kind !== "mapping") {
      this.report(value.offset, {
        summary: `\`resources\` is a mapping from names to resources, and this is ${describe(value)}`,
        detail: "Write `resources:` and below it, indented, `web-1: {instance: epd…}`."
      })
      return []
    }
    const found: Array<DesiredResource> = []
    const byInstance = new Map<string, DesiredResource>()
    for (const entry of value.entries) {
      const resource = this.resource(entry, inherited)
      if (resource === undefined) continue
      const first = byInstance.get(resource.instance)
      if (first === undefined) {
        byInstance.set(resource.instance, resource)
        found.push(resource)
      } else {
        const { address, source } = first
        this.report(entry.key.offset, {
          summary: `${quote(resource.address)} is the same instance as ${quote(address)} on line ${source.line}: ${resource.instance}`,
          detail: "Declare each instance once."
        })
      }
    }
    return found
  }

  private resource({ key, value }: Entry, inherited: Declared): DesiredResource | undefined {
    if (key.text.trim() === "" || characters(key.text) > maxAddressLength) {
      this.report(key.offset, { summary: `The name of a resource takes 1 to ${maxAddressLength} characters` })
    }
    if (value.kind === "invalid") return undefined
    if (value.kind !== "mapping" && resourceNames.includes(key.text) && !isEmpty(value)) {
      this.report(key.offset, {
        summary: `\`${key.text}\` is a field of a resource, and stands here as the name of one`,
        detail: "Indent it below the name of its resource."
      })
      return undefined
    }
    const { expectations, instance, lacksInstance, severity } = this.body(key, value)
    if (instance === undefined) {
      if (lacksInstance) {
        this.report(key.offset, {
          summary: `${quote(key.text)} has no \`instance\``,
          detail: "Write `instance: epd…` below it."
        })
      }
      return undefined
    }
    this.contradictions(value, expectations, inherited.expectations)
    return {
      address: key.text,
      instance,
      expectations: inherit(expectations, inherited.expectations),
      severity: severity ?? inherited.severity ?? defaultSeverity,
      source: { path: this.source.path, ...this.source.placeOf(key.offset) }
    }
  }

  private body(key: Scalar, value: Node): Body {
    const known = this.bodies.get(value)
    if (known !== undefined) return known
    let instance: string | undefined
    const declared = this.declared(value, resourceNames, `the resource ${quote(key.text)}`, (entry) => {
      instance = this.instance(entry)
    })
    const isThere = (entry: Entry) => entry.key.text === "instance"
    const lacksInstance =
      value.kind === "mapping"
        ? !value.entries.some(isThere) && !this.isMisspelt(value, "instance", resourceNames)
        : isEmpty(value)
    const { expectations, severity } = declared
    const body = { expectations, severity, instance, lacksInstance }
    if (this.shared.has(value)) this.bodies.set(value, body)
    return body
  }

  /** A machine that must not be backed up cannot have to be backed up, too. */
  private contradictions(node: Node, own: Expectations, inherited: Expectations): void {
    if ((own.enabled ?? inherited.enabled) !== false || node.kind !== "mapping") return
    const where = own.enabled === false ? "beside it" : "of the `defaults`"
    for (const { key } of node.entries) {
      if (!(needsBackup as ReadonlyArray<string>).includes(key.text) || !(key.text in own)) continue
      this.report(key.offset, {
        summary: `\`${key.text}\` contradicts \`enabled: false\` ${where}`,
        detail:
          own.enabled === false ? "Remove one of them." : "Write `enabled: true` here, too, or remove one of them."
      })
    }
  }

  private instance({ value }: Entry): string | undefined {
    if (value.kind === "invalid") return undefined
    if (value.kind === "scalar" && !isEmpty(value) && instancePattern.test(value.text)) return value.text
    this.report(value.offset, {
      summary: isEmpty(value) ? "The `instance` is empty" : `${describe(value)} cannot be the id of an instance`,
      detail: "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc compute instance list` shows it."
    })
    return undefined
  }

  /** The expectations and severity among `node`'s entries; `other` gets those that `names` allows beyond them. */
  private declared(node: Node, names: ReadonlyArray<string>, what: string, other: (entry: Entry) => void): Declared {
    const declared = none()
    const expectations: { [name: string]: Expectations[keyof Expectations] } = declared.expectations
    if (isEmpty(node) || node.kind === "invalid") return declared
    if (node.kind !== "mapping") {
      const isId = node.kind === "scalar" && names.includes("instance") && instancePattern.test(node.text)
      this.report(node.offset, {
        summary: `${capital(what)} is a mapping, and this is ${describe(node)}`,
        detail: isId ? `Write \`{instance: ${node.text}}\`.` : takes(names)
      })
      return declared
    }
    for (const entry of this.entriesOf(node, names, what, false)) {
      const name = entry.key.text
      if (name === "severity") declared.severity = readLiteral(entry.value, severities, this.report)
      else if (isExpectation(name)) {
        const value = this.expectation(name, entry.value)
        if (value !== undefined) expectations[name] = value
      } else other(entry)
    }
    return declared
  }

  private expectation(name: keyof Expectations, value: Node): Expectations[keyof Expectations] {
    if (value.kind !== "list") return readExpectation(name, value, this.report)
    const byName = this.lists.get(value) ?? new Map<string, Expectations[keyof Expectations]>()
    this.lists.set(value, byName)
    if (!byName.has(name)) byName.set(name, readExpectation(name, value, this.report))
    return byName.get(name)
  }

  /** The entries of a mapping, after reporting those that `names` lacks. `x-…` keys are the author's own. */
  private entriesOf(
    node: Mapping,
    names: ReadonlyArray<string>,
    what: string,
    extensible: boolean
  ): ReadonlyArray<Entry> {
    const isKnown = ({ key }: Entry) => names.includes(key.text)
    if (node.entries.every(isKnown)) return node.entries
    return node.entries.filter((entry) => {
      const { offset, text } = entry.key
      if (isKnown(entry)) return true
      // Merge keys bring one field into many mappings.
      if ((extensible && text.startsWith("x-")) || this.unknownFields.has(offset)) return false
      this.unknownFields.add(offset)
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
  private isMisspelt(node: Mapping, name: string, names: ReadonlyArray<string>): boolean {
    return node.entries.some(({ key }) => !names.includes(key.text) && nearest(key.text, names) === name)
  }

  private readonly report: Note = (offset, parts) => {
    const id = `${offset} ${parts.summary}`
    if (this.reported.has(id)) return
    this.reported.add(id)
    this.diagnostics.push(at(this.source, offset, parts))
  }
}

const none = (): Declared => ({ expectations: {}, severity: undefined })

const isExpectation = (name: string): name is keyof Expectations =>
  (expectationNames as ReadonlyArray<string>).includes(name)

const takes = (names: ReadonlyArray<string>): string => `It takes ${names.map((name) => `\`${name}\``).join(", ")}.`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
