/**
 * The section `jobs`.
 */
import { characters, quote } from "@holdfast/manifest/Diagnostic"
import { severities } from "@holdfast/manifest/Expectations"
import { type TreeReader, takes } from "@holdfast/manifest/TreeReader"
import { describe, isEmpty, readLiteral } from "@holdfast/manifest/Value"
import { maxVariableLength, noVariables, type Variables, variablePattern } from "@holdfast/manifest/Variables"
import type { Entry, Mapping, Node } from "@holdfast/manifest/YamlNode"
import { type Job, retryPolicies } from "./ComplianceConfig.ts"
import { jobNames, topLevelNames } from "./fieldNames.ts"
import { readCron, readTimeZone } from "./readCron.ts"
import { readDuration, readSwitch } from "./values.ts"

/** The longest name of a job, in characters. */
const maxNameLength = 100

const jobsDetail = 'Write `jobs:` and below it, indented, `nightly: {cron: "0 3 * * *", manifests: [backup.yaml]}`.'

/** Reads `jobs`; those that hold a mistake are left out. */
export const readJobs = (tree: TreeReader, entry: Entry | undefined, root: Mapping): ReadonlyArray<Job> => {
  if (entry === undefined || isEmpty(entry.value)) {
    if (entry !== undefined || !tree.isMisspelt(root, "jobs", topLevelNames)) {
      tree.report(entry?.key.offset ?? root.offset, { summary: "The configuration has no `jobs`", detail: jobsDetail })
    }
    return []
  }
  return tree.mappingOf(entry.value, "`jobs`", jobsDetail).flatMap((job) => readJob(tree, job) ?? [])
}

/** Controls and lone halves of characters cannot be stored, nor shown. */
const unfit = /[\p{Cc}\p{Cs}]/u

const readJob = (tree: TreeReader, { key, value }: Entry): Job | undefined => {
  const name = key.text
  if (name.trim() === "" || characters(name) > maxNameLength || unfit.test(name)) {
    const summary = `The name of a job takes 1 to ${maxNameLength} characters, and no control characters`
    tree.report(key.offset, { summary })
  }
  if (/^\.\.?$/.test(name)) {
    const detail =
      "Its page has the name in its address, and browsers take that for the directory above. Call it otherwise."
    tree.report(key.offset, { summary: `${quote(name)} is not the name of a job`, detail })
  }
  if (value.kind === "invalid") return undefined
  if (value.kind !== "mapping") {
    tree.report(value.offset, {
      summary: `A job is a mapping, and this is ${describe(value)}`,
      detail: takes(jobNames)
    })
    return undefined
  }
  return tree.once(value, "job", () => readFields(tree, key, value))
}

const readFields = (tree: TreeReader, key: Entry["key"], node: Mapping): Job | undefined => {
  const fields = new Map(tree.entriesOf(node, jobNames, `the job ${quote(key.text)}`).map((one) => [one.key.text, one]))
  const read = <A>(
    name: (typeof jobNames)[number],
    fallback: A,
    of: (value: Node, what: string) => A | undefined
  ): A => {
    const value = fields.get(name)?.value
    return value === undefined ? fallback : (of(value, `\`${name}\``) ?? fallback)
  }
  for (const name of ["cron", "manifests"] as const) {
    if (fields.has(name) || tree.isMisspelt(node, name, jobNames)) continue
    const detail =
      name === "cron" ? 'Write `cron: "0 3 * * *"` below it.' : "Write `manifests: [backup.yaml]` below it."
    tree.report(key.offset, { summary: `The job ${quote(key.text)} has no \`${name}\``, detail })
  }
  const timeZone = read("timeZone", "UTC", (value) => readTimeZone(tree, value))
  const cron = read("cron", undefined, (value) => readCron(tree, value, timeZone))
  const cronValue = fields.get("cron")?.value
  const manifests = read("manifests", undefined, (value, what) =>
    tree.oneOrMore(value, what, (item) => readManifest(tree, item))
  )
  const job = {
    name: key.text,
    cronText: cronValue?.kind === "scalar" ? cronValue.text : "",
    timeZone,
    variables: read("variables", noVariables, (value) => readVariables(tree, value)),
    retryPolicy: read("retryPolicy", "patient" as const, (value) => readLiteral(value, retryPolicies, tree.report)),
    timeoutMillis: read("timeout", hour, (value, what) => readDuration(tree, value, what)),
    failOn: read("failOn", "info" as const, (value) => readLiteral(value, severities, tree.report)),
    allowEmpty: read("allowEmpty", false, (value, what) => readSwitch(tree, value, what)),
    missed: read("missed", "run" as const, (value) => readLiteral(value, ["run", "skip"], tree.report)),
    overlap: read("overlap", "skip" as const, (value) => readLiteral(value, ["skip", "wait"], tree.report)),
    startWithinMillis: read("startWithin", 600_000, (value, what) => readDuration(tree, value, what)),
    source: tree.place(key.offset)
  }
  return cron === undefined || manifests === undefined ? undefined : { ...job, cron, manifests }
}

const hour = 3_600_000

/** Standard input is there once, and runs are many. */
const readManifest = (tree: TreeReader, item: Node): string | undefined => {
  const name = tree.text(item, "an entry of `manifests`")
  if (name !== "-") return name
  tree.report(item.offset, { summary: "Standard input cannot be read again and again", detail: "Name a file." })
  return undefined
}

const readVariables = (tree: TreeReader, node: Node): Variables => {
  const variables = new Map<string, string>()
  for (const { key, value } of tree.mappingOf(node, "`variables`", "Write `variables: {env: prod}`.")) {
    if (!variablePattern.test(key.text)) {
      const detail = "Write letters, digits and `_`, 50 at most."
      tree.report(key.offset, { summary: `${quote(key.text)} is not the name of a variable`, detail })
    }
    if (value.kind === "invalid") continue
    const isFit = value.kind === "scalar" && value.text.length <= maxVariableLength && !/[\x00-\x1f]/.test(value.text)
    if (isFit) variables.set(key.text, value.text)
    else {
      const summary = `The variable ${quote(key.text)} is a text of at most ${maxVariableLength} characters on one line`
      tree.report(value.offset, { summary })
    }
  }
  return variables
}
