/**
 * Flags that commands share. Each has a `HOLDFAST_*` twin in the environment; the flag wins.
 */
import { type FailOn, failOns } from "@holdfast/check/CheckReport"
import { instancePattern } from "@holdfast/manifest/DesiredResource"
import { parseDuration } from "@holdfast/manifest/Expectations"
import { maxVariableLength, type Variables, variablePattern } from "@holdfast/manifest/Variables"
import { asNamed, type Command, type Flag } from "./CommandLine.ts"
import { type ReportFormat, reportFormats } from "./reportFormats.ts"

/** Manifest files; `backup.yaml` where none is named. */
export const files: NonNullable<Command["argument"]> = {
  kind: "path",
  name: "files",
  description: 'Manifests: paths, patterns in quotes ("env/*.yaml"), or - for standard input. Default: backup.yaml',
  isVariadic: true
}

/** The manifests that a call names. */
export const manifestsOf = (paths: ReadonlyArray<string>): ReadonlyArray<string> =>
  paths.length === 0 ? ["backup.yaml"] : paths

/** The environment's twin of a flag. */
export const twin = (name: string): string => `HOLDFAST_${name.toUpperCase().replaceAll("-", "_")}`

const readSwitch = (text: string): boolean | undefined =>
  text === "true" ? true : text === "false" ? false : undefined

/** An on/off flag, off by default. */
export const toggle = (name: string, description: string): Flag<boolean> => ({
  kind: "switch",
  name,
  description: `${description} [${twin(name)}]`,
  variable: twin(name),
  read: readSwitch,
  fallback: false
})

/** One of several words; the first one by default. */
const choice = <A extends string>(
  name: string,
  choices: readonly [A, ...ReadonlyArray<A>],
  description: string
): Flag<A> => ({
  kind: "choice",
  name,
  choices,
  description: `${description} [${twin(name)}]. Default: ${choices[0]}`,
  variable: twin(name),
  read: (text) => choices.find((known) => known === text),
  fallback: choices[0]
})

/** Variables, each `name=value` on a line; `undefined` where one is not. */
const readVariables = (text: string): Variables | undefined => {
  const variables = new Map<string, string>()
  for (const line of text.split("\n")) {
    const at = line.indexOf("=")
    const name = line.slice(0, Math.max(0, at))
    const value = line.slice(at + 1)
    if (!variablePattern.test(name) || variables.has(name) || value.length > maxVariableLength) return undefined
    if (/[\x00-\x1f]/.test(value)) return undefined
    variables.set(name, value)
  }
  return variables
}

/** Values of the manifest's variables. */
export const variables: Flag<Variables> = {
  kind: "text",
  name: "var",
  metavar: "name=value",
  isRepeated: true,
  description: `What \${name} stands for in the manifest, once for each variable [${twin("var")}, one a line]`,
  variable: twin("var"),
  read: readVariables,
  expected: `Expected name=value, each name once, values of at most ${maxVariableLength} characters`,
  fallback: new Map()
}

/** Ids of folders, each on a line; `undefined` where one is not. */
const readFolders = (text: string): ReadonlyArray<string> | undefined => {
  const ids = text === "" ? [] : text.split("\n")
  return ids.every((id) => instancePattern.test(id)) ? [...new Set(ids)] : undefined
}

/** Folders, as the cloud's own tools take them. */
export const folders: Flag<ReadonlyArray<string>> = {
  kind: "text",
  name: "folder-id",
  metavar: "id",
  isRepeated: true,
  description: "A folder to read, once for each [YC_FOLDER_ID, one a line]",
  variable: "YC_FOLDER_ID",
  read: readFolders,
  expected: "Expected ids of folders, each 1 to 50 lower-case letters, digits, - or _",
  fallback: []
}

/** Drift below this severity, or that a baseline knew, fails nothing. */
export const failOn: Flag<FailOn> = {
  kind: "choice",
  name: "fail-on",
  choices: failOns,
  description: `Drift below this severity is shown and fails nothing; new: so does drift that the baseline knew [${twin("fail-on")}]. Default: info, so all drift fails`,
  variable: twin("fail-on"),
  read: (text) => failOns.find((known) => known === text),
  fallback: "info"
}

/** A whole number within limits. */
export const integer = (
  name: string,
  of: {
    readonly metavar?: string
    /** Default: the twin of its name. */
    readonly variable?: string
    readonly description: string
    readonly least: number
    readonly most: number
    readonly fallback: number
    readonly expected: string
  }
): Flag<number> => ({
  kind: "integer",
  name,
  ...(of.metavar === undefined ? {} : { metavar: of.metavar }),
  description: `${of.description} [${of.variable ?? twin(name)}]. Default: ${of.fallback}`,
  variable: of.variable ?? twin(name),
  read: (text) =>
    /^\d{1,9}$/.test(text) && Number(text) >= of.least && Number(text) <= of.most ? Number(text) : undefined,
  expected: of.expected,
  fallback: of.fallback
})

/** A text as it is. */
export const text = <A extends string | undefined>(
  name: string,
  description: string,
  fallback: A,
  more: { readonly metavar?: string; readonly variable?: string } = {}
): Flag<string | A> => ({ kind: "text", name, description, read: (given) => given, fallback, ...more })

/** A file, or none. */
const path = (name: string, metavar: string, description: string): Flag<string | undefined> => ({
  kind: "path",
  name,
  metavar,
  description: `${description} [${twin(name)}]`,
  variable: twin(name),
  read: asNamed,
  fallback: undefined
})

export const format = choice("format", ["pretty", "json"], "How the result is written")

/** The formats of a check's report. */
export const reportFormat = choice("format", ["pretty", ...reportFormats], "How the report is written")

/** Tri-state: given, denied, or left to the terminal. */
export const color: Flag<boolean | undefined> = {
  kind: "switch",
  name: "color",
  description: `Colour, or none (--no-color) [${twin("color")}]. Default: NO_COLOR, FORCE_COLOR, then whether it is a terminal`,
  variable: twin("color"),
  read: readSwitch,
  fallback: undefined
}

export const quiet = toggle("quiet", "Print no report and no progress: only errors, and the exit code")

export const verbose: Flag<boolean> = {
  ...toggle("verbose", "Also list the resources that are in sync, each with its reason"),
  alias: "v"
}

export const output = path("output", "file", "Write the result to this file instead of standard output")

/** A report beside the one that is shown: its format, and its file. */
export interface ReportFile {
  readonly format: ReportFormat
  readonly path: string
}

/** Each `format=file` on a line; `undefined` where one is not. */
const readReports = (text: string): ReadonlyArray<ReportFile> | undefined => {
  const reports = text.split("\n").flatMap((line): ReadonlyArray<ReportFile> => {
    const at = line.indexOf("=")
    const format = reportFormats.find((known) => known === line.slice(0, Math.max(0, at)))
    const path = line.slice(at + 1)
    return format === undefined || path === "" ? [] : [{ format, path }]
  })
  return reports.length === text.split("\n").length ? reports : undefined
}

/** Further reports, each to a file of its own. */
export const reports: Flag<ReadonlyArray<ReportFile>> = {
  kind: "text",
  name: "report",
  metavar: "format=file",
  isRepeated: true,
  description: `Also write a report to a file, once for each: ${reportFormats.join(", ")} [${twin("report")}, one a line]`,
  variable: twin("report"),
  read: readReports,
  expected: `Expected format=file, the format one of ${reportFormats.join(", ")}`,
  fallback: []
}

/** An earlier report that tells new drift from known. */
export const baseline = path(
  "baseline",
  "report",
  "Mark drift as new or known by this earlier JSON report, and name what is resolved"
)

/** A key to sign JSON reports with. */
export const attest = path(
  "attest",
  "key",
  "Sign the JSON reports that are written to files with this private key (PEM), each into FILE.dsse.json"
)

/** The key that a report was signed with, its public half. */
export const publicKey = path("key", "file", "The public key (PEM) of whoever has signed the report")

/** What was signed. */
export const attestation = path("attestation", "file", "The attestation. Default: the report's name and .dsse.json")

/** A snapshot to compare with instead of the cloud. */
export const against = path(
  "against",
  "snapshot",
  "Compare with this file of drift snapshot instead of the cloud: no credentials, no network"
)

/** An earlier report to go on with. */
export const resume = path(
  "resume",
  "report",
  "Read only what the run of this JSON report could not, and carry over the rest"
)

/** A file that is made, and never replaces one. */
export const newFile = path(
  "output",
  "file",
  "Write the result to this file, which must not exist yet, instead of standard output"
)

/** A duration in milliseconds. */
export const timeout: Flag<number> = {
  kind: "text",
  name: "timeout",
  metavar: "duration",
  description: `How long the whole run may take, such as 90s or 10m [${twin("timeout")}]. Default: 10m`,
  variable: twin("timeout"),
  read: parseDuration,
  expected: "Expected a duration such as 90s or 10m",
  fallback: 600_000
}

export const concurrency = integer("concurrency", {
  metavar: "count",
  description: "How many resources are read at a time, 1 to 256",
  least: 1,
  most: 256,
  fallback: 16,
  expected: "Expected a whole number from 1 to 256"
})

export const retryPolicy = choice(
  "retry-policy",
  ["standard", "patient", "none"],
  "How failed requests are repeated: standard for a gate, patient for nightly jobs, none"
)

export const emulate = path(
  "emulate",
  "seed",
  "Read from an emulator in this process, seeded from this file, instead of the cloud"
)
