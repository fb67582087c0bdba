/**
 * A manifest, version 1: which resources there should be, and what each must satisfy.
 */
import { at, type Diagnostic, nearest, type SourceText } from "./Diagnostic.ts"
import { type Expectations, fields, type Severity, severities } from "./Expectations.ts"
import { describe, isEmpty, type Report, readExpectation, readLiteral } from "./Value.ts"
import * as Yaml from "./Yaml.ts"

/** Where something is declared; line and column from 1. */
export interface SourcePlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** One resource as declared, with the manifest's defaults filled in. */
export interface DesiredResource {
  /** The name that people know it by: its key in the manifest. */
  readonly address: string
  /** The id of the Compute Cloud instance. */
  readonly instance: string
  readonly expectations: Expectations
  readonly severity: Severity
  readonly source: SourcePlace
}

/** What one file declares, or every mistake in it. */
export interface FileManifest {
  readonly resources: ReadonlyArray<DesiredResource>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

const instancePattern = /^[a-z0-9][a-z0-9_-]{0,49}$/

const expectationNames = Object.keys(fields) as ReadonlyArray<keyof Expectations>
const topLevelNames = ["version", "defaults", "resources"]
const defaultsNames = [...expectationNames, "severity"]
const resourceNames = ["instance", ...defaultsNames]

/** Reads the text of one file. */
export const parse = (source: SourceText): FileManifest => {
  const { diagnostics, root } = Yaml.parse(source)
  const reader = new Reader(source, [...diagnostics])
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

class Reader {
  readonly diagnostics: Array<Diagnostic>
  private readonly source: SourceText

  constructor(source: SourceText, diagnostics: Array<Diagnostic>) {
    this.source = source
    this.diagnostics = diagnostics
  }

  manifest(root: Yaml.Node | undefined): ReadonlyArray<DesiredResource> {
    const example = "A manifest begins with `version: 1`, then `resources:`."
    if (root === undefined || (root.kind === "scalar" && root.text === "")) {
      this.report(undefined, { summary: "The file is empty", detail: example })
      return []
    }
    if (root.kind !== "mapping") {
      this.report(root.offset, { summary: `A manifest is a mapping, and this is a ${root.kind}`, detail: example })
      return []
    }
    const entries = this.entriesOf(root, topLevelNames, "a manifest", true)
    this.version(entries.get("version"), root)
    const defaults = entries.get("defaults")
    const inherited =
      defaults === undefined ? none() : this.declared(defaults.value, defaultsNames, "`defaults`", () => undefined)
    const resources = entries.get("resources")
    if (resources === undefined) {
      this.report(root.offset, { summary: "The manifest declares no `resources`", detail: example })
      return []
    }
    return this.resources(resources, inherited)
  }

  private version(entry: Yaml.Entry | undefined, root: Yaml.Node): void {
    if (entry === undefined) {
      this.report(root.offset, { summary: "The manifest has no `version`", detail: "Write `version: 1` at its top." })
    } else if (entry.value.kind !== "scalar" || entry.value.text !== "1") {
      this.report(entry.value.offset, {
        summary: `This program reads version 1 of the manifest, not ${describe(entry.value)}`,
        detail: "Write `version: 1`."
      })
    }
  }

  private resources({ value }: Yaml.Entry, inherited: Declared): ReadonlyArray<DesiredResource> {
    if (isEmpty(value)) return []
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
        this.report(entry.key.offset, {
          summary: `"${resource.address}" is the same instance as "${first.address}" on line ${first.source.line}: ${resource.instance}`,
          detail: "Declare each instance once."
        })
      }
    }
    return found
  }

  private resource({ key, value }: Yaml.Entry, inherited: Declared): DesiredResource | undefined {
    if (key.text.trim() === "" || key.text.length > 200) {
      this.report(key.offset, { summary: "The name of a resource takes 1 to 200 characters" })
    }
    if (isEmpty(value)) {
      this.report(key.offset, {
        summary: `"${key.text}" has no \`instance\``,
        detail: "Write `instance: epd…` below it."
      })
      return undefined
    }
    let instance: string | undefined
    const declared = this.declared(value, resourceNames, `the resource "${key.text}"`, (entry) => {
      instance = this.instance(entry)
    })
    if (value.kind !== "mapping") return undefined
    if (instance === undefined) {
      // A misspelt `instance` has been reported, with what it should be.
      const isMeant = ({ key }: Yaml.Entry) =>
        key.text === "instance" || nearest(key.text, resourceNames) === "instance"
      if (!value.entries.some(isMeant)) {
        this.report(key.offset, {
          summary: `"${key.text}" has no \`instance\``,
          detail: "Write `instance: epd…` below it."
        })
      }
      return undefined
    }
    this.contradictions(value, declared.expectations)
    return {
      address: key.text,
      instance,
      expectations: inherit(declared.expectations, inherited.expectations),
      severity: declared.severity ?? inherited.severity ?? "high",
      source: { path: this.source.path, ...this.source.placeOf(key.offset) }
    }
  }

  /** A machine that must not be backed up cannot have to be backed up, too. */
  private contradictions(value: Yaml.Mapping, { enabled, ...others }: Expectations): void {
    if (enabled !== false) return
    for (const { key } of value.entries) {
      if (!["protected", "maxBackupAge", "nextBackupWithin"].includes(key.text) || !(key.text in others)) continue
      this.report(key.offset, {
        summary: `\`${key.text}\` contradicts \`enabled: false\` of the same resource`,
        detail: "Remove one of them."
      })
    }
  }

  private instance({ value }: Yaml.Entry): string | undefined {
    if (value.kind === "scalar" && instancePattern.test(value.text)) return value.text
    this.report(value.offset, {
      summary: isEmpty(value) ? "The `instance` is empty" : `${describe(value)} cannot be the id of an instance`,
      detail: "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc compute instance list` shows it."
    })
    return undefined
  }

  /** The expectations and severity among `node`'s entries; `other` gets those that `names` allows beyond them. */
  private declared(
    node: Yaml.Node,
    names: ReadonlyArray<string>,
    what: string,
    other: (entry: Yaml.Entry) => void
  ): Declared {
    const declared = none()
    if (isEmpty(node)) return declared
    if (node.kind !== "mapping") {
      this.report(node.offset, {
        summary: `${capital(what)} is a mapping, and this is ${describe(node)}`,
        detail: `It takes ${names.map((name) => `\`${name}\``).join(", ")}.`
      })
      return declared
    }
    for (const entry of this.entriesOf(node, names, what, false).values()) {
      const name = entry.key.text
      if (name === "severity") declared.severity = readLiteral(entry.value, severities, this.report)
      else if (isExpectation(name))
        Object.assign(declared.expectations, readExpectation(name, entry.value, this.report))
      else other(entry)
    }
    return declared
  }

  /** The entries of a mapping by name, after reporting those that `names` lacks. `x-…` keys are the author's own. */
  private entriesOf(
    node: Yaml.Mapping,
    names: ReadonlyArray<string>,
    what: string,
    extensible: boolean
  ): Map<string, Yaml.Entry> {
    const entries = new Map<string, Yaml.Entry>()
    for (const entry of node.entries) {
      const name = entry.key.text
      if (names.includes(name)) entries.set(name, entry)
      else if (!(extensible && name.startsWith("x-"))) {
        const suggestion = nearest(name, names)
        this.report(entry.key.offset, {
          summary: `${capital(what)} has no field "${name.slice(0, 80)}"`,
          detail: `It takes ${names.map((known) => `\`${known}\``).join(", ")}.`,
          ...(suggestion === undefined ? {} : { suggestion })
        })
      }
    }
    return entries
  }

  private readonly report: Report = (offset, parts) => {
    this.diagnostics.push(at(this.source, offset, parts))
  }
}

const none = (): Declared => ({ expectations: {}, severity: undefined })

const isExpectation = (name: string): name is keyof Expectations => Object.hasOwn(fields, name)

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/**
 * A resource's own expectations over the defaults. A machine that must not be backed up takes none of the defaults: they
 * say what being backed up means. With nothing declared at all, the expectation is that backup is enabled.
 */
const inherit = (own: Expectations, defaults: Expectations): Expectations => {
  const all = { ...defaults, ...own }
  if (all.enabled === false) return { ...own, enabled: false }
  return Object.keys(all).length === 0 ? { enabled: true } : all
}
