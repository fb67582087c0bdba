/**
 * The text of a configuration to its value, or every mistake in it.
 */
import { type Diagnostic, quote, SourceText } from "@holdfast/manifest/Diagnostic"
import { TreeReader, takes } from "@holdfast/manifest/TreeReader"
import { describe, isEmpty } from "@holdfast/manifest/Value"
import * as Yaml from "@holdfast/manifest/Yaml"
import type { Entry, Mapping, Node } from "@holdfast/manifest/YamlNode"
import { eventsOf } from "@holdfast/manifest/yamlEvents"
import * as Result from "effect/Result"
import type { ComplianceConfig, Database, Quota, Retention } from "./ComplianceConfig.ts"
import { quotaNames, retentionNames, topLevelNames } from "./fieldNames.ts"
import { readAlerts } from "./readAlerts.ts"
import { readJobs } from "./readJobs.ts"
import { readServer } from "./readServer.ts"
import { readDuration, readWhole } from "./values.ts"

const beginning = "A configuration begins with `version: 1`, then `database:` and `jobs:`."

const day = 86_400_000

/** Reads the text of the file at `path`. */
export const readConfig = (path: string, text: string): Result.Result<ComplianceConfig, ReadonlyArray<Diagnostic>> => {
  const source = new SourceText(path, text)
  const events = eventsOf(source)
  if (Result.isFailure(events)) return Result.fail([events.failure])
  const { diagnostics, root } = Yaml.treeOf(source, events.success)
  const tree = new TreeReader(source, [...diagnostics])
  const config = root === undefined && diagnostics.length > 0 ? undefined : readRoot(tree, root)
  return config === undefined || tree.diagnostics.length > 0
    ? Result.fail(inOrder(tree.diagnostics))
    : Result.succeed(config)
}

const inOrder = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> =>
  diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))

const readRoot = (tree: TreeReader, node: Node | undefined): ComplianceConfig | undefined => {
  if (node === undefined || isEmpty(node)) {
    tree.report(undefined, { summary: "The file is empty", detail: beginning })
    return undefined
  }
  if (node.kind === "invalid") return undefined
  if (node.kind !== "mapping") {
    const summary = `A configuration is a mapping, and this is ${describe(node)}`
    tree.report(node.offset, { summary, detail: beginning })
    return undefined
  }
  const known = tree.entriesOf(node, topLevelNames, "a configuration", true)
  const entries = new Map(known.map((entry) => [entry.key.text, entry]))
  readVersion(tree, entries.get("version"), node)
  const database = readDatabase(tree, entries.get("database"))
  const jobs = readJobs(tree, entries.get("jobs"), node)
  const rest = {
    retention: readRetention(tree, entries.get("retention")),
    quota: readQuota(tree, entries.get("quota")),
    server: readServer(tree, entries.get("server")),
    alerts: readAlerts(
      tree,
      entries.get("alerts"),
      jobs.map(({ name }) => name)
    )
  }
  return database === undefined ? undefined : { path: tree.source.path, database, jobs, ...rest }
}

const readVersion = (tree: TreeReader, entry: Entry | undefined, root: Mapping): void => {
  if (entry === undefined) {
    if (tree.isMisspelt(root, "version", topLevelNames)) return
    tree.report(root.offset, {
      summary: "The configuration has no `version`",
      detail: "Write `version: 1` at its top."
    })
    return
  }
  const { value } = entry
  if (value.kind === "invalid" || (value.kind === "scalar" && value.plain && value.text === "1")) return
  const isText = value.kind === "scalar" && value.text === "1"
  const summary = `This program reads version 1 of the configuration, not ${isText ? "the text " : ""}${describe(value)}`
  tree.report(value.offset, { summary, detail: "Write `version: 1`." })
}

const databaseDetail =
  "Write the path of a file, or postgres://user@host:5432/name; the password comes from HOLDFAST_DATABASE_PASSWORD."

/** One file beside the configuration where none is named. */
const readDatabase = (tree: TreeReader, entry: Entry | undefined): Database | undefined => {
  if (entry === undefined) return { kind: "sqlite", path: "history.sqlite" }
  const { value } = entry
  const text = tree.text(value, "`database`")
  if (text === undefined) return undefined
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return { kind: "sqlite", path: text }
  const refuse = (summary: string, detail = databaseDetail) => {
    tree.report(value.offset, { summary, detail })
    return undefined
  }
  if (scheme !== "postgres" && scheme !== "postgresql") {
    return refuse(`\`database\` knows files and postgres://, not ${quote(`${scheme}://`)}`)
  }
  if (!URL.canParse(text)) return refuse("`database` is not a URL")
  const { password, searchParams } = new URL(text)
  if (password !== "" || [...searchParams.keys()].some((name) => /pass/i.test(name))) {
    const detail =
      "Take it out, and give it in HOLDFAST_DATABASE_PASSWORD, or in a file that HOLDFAST_DATABASE_PASSWORD_FILE names."
    // Without the line itself: it would be in every log.
    tree.diagnostics.push({
      severity: "error",
      ...tree.place(value.offset),
      summary: "`database` holds a password",
      detail
    })
    return undefined
  }
  return { kind: "postgres", url: text }
}

const defaultRetention: Retention = { runsMillis: 400 * day, rowsMillis: 90 * day, maxRuns: 100_000 }

const readRetention = (tree: TreeReader, entry: Entry | undefined): Retention => {
  if (entry === undefined) return defaultRetention
  let retention = defaultRetention
  const fields = fieldsOf(tree, entry, retentionNames)
  for (const { key, value } of fields) {
    if (key.text === "maxRuns") {
      retention = { ...retention, maxRuns: readWhole(tree, value, "`maxRuns`", 1, 10_000_000) ?? retention.maxRuns }
    } else {
      const millis = readDuration(tree, value, `\`${key.text}\``)
      if (millis === undefined) continue
      retention = key.text === "runs" ? { ...retention, runsMillis: millis } : { ...retention, rowsMillis: millis }
    }
  }
  const isLonger = retention.rowsMillis > retention.runsMillis
  if (isLonger && !fields.some(({ key }) => key.text === "rows")) {
    return { ...retention, rowsMillis: retention.runsMillis }
  }
  if (isLonger) {
    tree.report(entry.key.offset, {
      summary: "`retention` keeps rows longer than the runs that they belong to",
      detail: "Write a `rows` that is at most `runs`."
    })
  }
  return retention
}

const readQuota = (tree: TreeReader, entry: Entry | undefined): Quota | undefined => {
  if (entry === undefined) return undefined
  const fields = fieldsOf(tree, entry, quotaNames)
  const [rate] = fields.map(({ value }) => readWhole(tree, value, "`requestsPerSecond`", 1, 10_000))
  return rate === undefined ? undefined : { requestsPerSecond: rate }
}

/** The fields of a section, after reporting those that `names` lacks. */
const fieldsOf = (tree: TreeReader, { key, value }: Entry, names: ReadonlyArray<string>): ReadonlyArray<Entry> => {
  if (value.kind === "mapping") return tree.entriesOf(value, names, `\`${key.text}\``)
  tree.mappingOf(value, `\`${key.text}\``, takes(names))
  return []
}
