/**
 * A manifest, version 1: which resources there should be, and what each must satisfy.
 */
import * as Result from "effect/Result"
import type { Event } from "js-yaml"
import { DeclaredReader } from "./DeclaredReader.ts"
import {
  type Declared,
  type DesiredResource,
  maxAddressLength,
  nothing,
  resolve,
  type SourcePlace
} from "./DesiredResource.ts"
import { at, characters, type Diagnostic, quote, type SourceText } from "./Diagnostic.ts"
import type { Severity } from "./Expectations.ts"
import { resourceNames, topLevelNames } from "./fieldNames.ts"
import type { FolderRule, Group } from "./Group.ts"
import { readPlain } from "./plainManifest.ts"
import { readFolderRules, readGroups } from "./readGroups.ts"
import { readRules, readWaivers } from "./readWaivers.ts"
import type { RuleCode } from "./ruleCodes.ts"
import { TreeReader } from "./TreeReader.ts"
import { describe, isEmpty } from "./Value.ts"
import { noVariables } from "./Variables.ts"
import type { Waiver } from "./Waiver.ts"
import * as Yaml from "./Yaml.ts"
import type { Entry, Mapping, Node, Scalar } from "./YamlNode.ts"
import { eventsOf } from "./yamlEvents.ts"

export type { DesiredResource, SourcePlace } from "./DesiredResource.ts"

/** The severity of a kind of drift. */
export interface RuleSeverity {
  readonly code: RuleCode
  readonly severity: Severity
  readonly source: SourcePlace
}

/** What one file declares, or every mistake in it. */
export interface ParsedFile {
  readonly resources: ReadonlyArray<DesiredResource>
  readonly groups: ReadonlyArray<Group>
  readonly folders: ReadonlyArray<FolderRule>
  readonly waivers: ReadonlyArray<Waiver>
  readonly rules: ReadonlyArray<RuleSeverity>
  /** Its own over those of the files that it includes. */
  readonly defaults: Declared
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** Another file, or a pattern of files, relative to the one that includes it. */
export interface Include {
  readonly name: string
  readonly source: SourcePlace
}

/** A file that is read as far as can be without those that it includes. */
export interface OpenedFile {
  readonly includes: ReadonlyArray<Include>
  /** It declares nothing but `defaults`, which is a mistake unless another file includes it. */
  readonly bare?: Diagnostic
  /** Reads it, over the defaults of those. */
  readonly read: (base: Declared) => ParsedFile
}

const isField = (name: string): boolean => (resourceNames as ReadonlyArray<string>).includes(name)

const empty = { resources: [], groups: [], folders: [], waivers: [], rules: [], defaults: nothing }

/** Reads the text of one file, but for what it includes, with `variables` filled in. */
export const open = (source: SourceText, variables = noVariables): OpenedFile => {
  const events = eventsOf(source)
  if (Result.isFailure(events)) return { includes: [], read: () => ({ ...empty, diagnostics: [events.failure] }) }
  const plain = readPlain(source, events.success)
  if (plain !== undefined) return { includes: [], read: () => ({ ...empty, ...plain, diagnostics: [] }) }
  return openTree(source, events.success, variables)
}

/** The same by way of a tree, whatever is written. */
export const openTree = (source: SourceText, events: ReadonlyArray<Event>, variables = noVariables): OpenedFile => {
  const { diagnostics, root } = Yaml.treeOf(source, events, variables)
  const reader = new Reader(new TreeReader(source, [...diagnostics]))
  const known = root === undefined && diagnostics.length > 0 ? undefined : reader.open(root)
  if (known === undefined) return { includes: [], read: () => ({ ...empty, diagnostics: inOrder(reader.diagnostics) }) }
  const bare = reader.bare(known)
  return {
    includes: reader.includes(known),
    read: (base) => ({ ...reader.read(known, base), diagnostics: inOrder(reader.diagnostics) }),
    ...(bare === undefined ? {} : { bare })
  }
}

/** Reads the text of one file that includes no other. */
export const parse = (source: SourceText, variables = noVariables): ParsedFile => {
  const { bare, read } = open(source, variables)
  const file = read(nothing)
  return bare === undefined ? file : { ...file, diagnostics: inOrder([...file.diagnostics, bare]) }
}

const inOrder = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> =>
  diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))

/** What is written below a resource's name; several names can share it by an alias. */
interface Body {
  readonly own: Declared
  readonly instance: string | undefined
  /** In place of those of the file. */
  readonly ownDefaults: Declared | undefined
  /** Neither an `instance` nor anything that was meant to be one is there. */
  readonly lacksInstance: boolean
}

/** The top level of a file. */
interface Root {
  readonly node: Mapping
  readonly entries: ReadonlyMap<string, Entry>
}

const beginning = "A manifest begins with `version: 1`, then `resources:`."

const instanceDetail =
  "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc compute instance list` shows it."

class Reader {
  readonly #tree: TreeReader
  readonly #declared: DeclaredReader

  constructor(tree: TreeReader) {
    this.#tree = tree
    this.#declared = new DeclaredReader(tree)
  }

  get diagnostics(): ReadonlyArray<Diagnostic> {
    return this.#tree.diagnostics
  }

  /** The top level, with its version and its fields looked at. */
  open(node: Node | undefined): Root | undefined {
    const detail = beginning
    if (node === undefined || isEmpty(node)) {
      this.#tree.report(undefined, { summary: "The file is empty", detail })
      return undefined
    }
    if (node.kind === "invalid") return undefined
    if (node.kind !== "mapping") {
      this.#tree.report(node.offset, { summary: `A manifest is a mapping, and this is ${describe(node)}`, detail })
      return undefined
    }
    const known = this.#tree.entriesOf(node, topLevelNames, "a manifest", true)
    const entries = new Map(known.map((entry) => [entry.key.text, entry]))
    this.#version(entries.get("version"), node)
    return { node, entries }
  }

  /** What is wrong where nothing but `defaults` is declared. */
  bare({ entries, node }: Root): Diagnostic | undefined {
    const isBare = entries.size - Number(entries.has("version")) - Number(entries.has("defaults")) === 0
    if (!isBare || topLevelNames.some((name) => this.#tree.isMisspelt(node, name, topLevelNames))) return undefined
    return at(this.#tree.source, node.offset, {
      summary: "The manifest declares neither `resources` nor `groups`",
      detail: beginning
    })
  }

  /** The files that it includes. */
  includes({ entries }: Root): ReadonlyArray<Include> {
    const entry = entries.get("include")
    if (entry === undefined) return []
    const offsets = new Map<string, number>()
    const names = this.#tree.oneOrMore(entry.value, "`include`", (item) => {
      const name = this.#tree.text(item, "an entry of `include`")
      if (name !== undefined && !offsets.has(name)) offsets.set(name, item.offset)
      return name
    })
    return (names ?? []).map((name) => ({ name, source: this.#tree.place(offsets.get(name) ?? entry.key.offset) }))
  }

  /** All that it declares, over the defaults of what it includes. */
  read({ entries }: Root, base: Declared): Omit<ParsedFile, "diagnostics"> {
    const from = <A>(name: string, read: (entry: Entry) => ReadonlyArray<A>): ReadonlyArray<A> => {
      const entry = entries.get(name)
      return entry === undefined ? [] : read(entry)
    }
    const own = entries.get("defaults")
    const defaults = own === undefined ? base : this.#declared.defaults(own.value, base)
    return {
      defaults,
      resources: from("resources", (entry) => this.#resources(entry, defaults)),
      groups: from("groups", (entry) => readGroups(this.#tree, this.#declared, entry, defaults)),
      folders: from("folders", (entry) => readFolderRules(this.#tree, entry)),
      waivers: from("waivers", (entry) => readWaivers(this.#tree, entry)),
      rules: from("rules", (entry) =>
        readRules(this.#tree, entry).map(({ code, offset, severity }) => ({
          code,
          severity,
          source: this.#tree.place(offset)
        }))
      )
    }
  }

  #version(entry: Entry | undefined, root: Mapping): void {
    if (entry === undefined) {
      if (this.#tree.isMisspelt(root, "version", topLevelNames)) return
      this.#tree.report(root.offset, {
        summary: "The manifest has no `version`",
        detail: "Write `version: 1` at its top."
      })
      return
    }
    const { value } = entry
    if (value.kind === "invalid" || (value.kind === "scalar" && value.plain && value.text === "1")) return
    const isText = value.kind === "scalar" && value.text === "1"
    this.#tree.report(value.offset, {
      summary: `This program reads version 1 of the manifest, not ${isText ? "the text " : ""}${describe(value)}`,
      detail: "Write `version: 1`."
    })
  }

  #resources({ value }: Entry, defaults: Declared): ReadonlyArray<DesiredResource> {
    const detail = "Write `resources:` and below it, indented, `web-1: {instance: epd…}`."
    if (value.kind !== "mapping" && !isEmpty(value) && value.kind !== "invalid") {
      this.#tree.report(value.offset, {
        summary: `\`resources\` is a mapping from names to resources, and this is ${describe(value)}`,
        detail
      })
      return []
    }
    const found: Array<DesiredResource> = []
    const byInstance = new Map<string, DesiredResource>()
    for (const entry of this.#tree.mappingOf(value, "`resources`", detail)) {
      const resource = this.#resource(entry, defaults)
      if (resource === undefined) continue
      const first = byInstance.get(resource.instance)
      if (first === undefined) {
        byInstance.set(resource.instance, resource)
        found.push(resource)
      } else {
        const { address, source } = first
        this.#tree.report(entry.key.offset, {
          summary: `${quote(resource.address)} is the same instance as ${quote(address)} on line ${source.line}: ${resource.instance}`,
          detail: "Declare each instance once."
        })
      }
    }
    return found
  }

  #resource({ key, value }: Entry, ofFile: Declared): DesiredResource | undefined {
    if (key.text.trim() === "" || characters(key.text) > maxAddressLength) {
      this.#tree.report(key.offset, { summary: `The name of a resource takes 1 to ${maxAddressLength} characters` })
    }
    if (value.kind === "invalid") return undefined
    if (value.kind !== "mapping" && isField(key.text) && !isEmpty(value)) {
      this.#tree.report(key.offset, {
        summary: `\`${key.text}\` is a field of a resource, and stands here as the name of one`,
        detail: "Indent it below the name of its resource."
      })
      return undefined
    }
    const { instance, lacksInstance, own, ownDefaults } = this.#tree.once(value, "resource", () =>
      this.#body(key, value)
    )
    const defaults = ownDefaults ?? ofFile
    if (instance === undefined) {
      if (lacksInstance) {
        this.#tree.report(key.offset, {
          summary: `${quote(key.text)} has no \`instance\``,
          detail: "Write `instance: epd…` below it."
        })
      }
      return undefined
    }
    this.#declared.contradictions(value, own.expectations, defaults.expectations)
    return resolve({ address: key.text, instance, source: this.#tree.place(key.offset), own, defaults })
  }

  #body(key: Scalar, value: Node): Body {
    let instance: string | undefined
    let ownDefaults: Declared | undefined
    const own = this.#declared.declared(value, resourceNames, `the resource ${quote(key.text)}`, (entry) => {
      if (entry.key.text === "defaults") ownDefaults = this.#declared.ownDefaults(entry.value)
      else instance = this.#tree.id(entry.value, "instance", instanceDetail)
    })
    const isThere = (entry: Entry) => entry.key.text === "instance"
    const lacksInstance =
      value.kind === "mapping"
        ? !value.entries.some(isThere) && !this.#tree.isMisspelt(value, "instance", resourceNames)
        : isEmpty(value)
    return { own, instance, ownDefaults, lacksInstance }
  }
}
