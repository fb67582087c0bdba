/**
 * A report as JUnit XML, which every build server shows as test results: a test for each resource and for each instance that
 * nobody listed. It keeps to what the schemas of Ant, Surefire and Jenkins have in common.
 */
import type { Change, CheckReport, ResourceReport, Unlisted } from "@holdfast/check/CheckReport"
import { isUnlistedDrift } from "@holdfast/check/ExitCode"
import { rules } from "@holdfast/check/Rule"
import { acceptanceOf, type Finding, findings, nameOf, type Problem, problemsOf } from "./findings.ts"
import { type PathOf, portablePath } from "./portablePath.ts"
import { verdict } from "./pretty.ts"
import { escapeText, guardLines, safe } from "./Terminal.ts"
import { valueText } from "./valueText.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;"
}

/** Our own text, and what was made harmless before, as XML; two characters that XML cannot hold are shown. */
const markup = (text: string): string =>
  text
    .replace(/[\ufffe\uffff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replace(/[&<>"']/g, (character) => entities[character] as string)

/** What others wrote, as XML: control characters and lone surrogates, which XML cannot hold, are shown. */
const foreign = (text: string): string => markup(escapeText(text))

/** Attributes that need a value, and got an empty one. */
const orNone = (text: string): string => (text === "" ? "(none)" : text)

interface Outcome {
  readonly element: "failure" | "error" | "skipped"
  readonly message: string
  readonly type: string
  /** Lines that are harmless already. */
  readonly body: ReadonlyArray<string>
}

const testcase = (className: string, name: string, outcome?: Outcome): string => {
  const start = `    <testcase classname="${foreign(orNone(className))}" name="${foreign(orNone(name))}" time="0"`
  if (outcome === undefined) return `${start}/>\n`
  const { body, element, message, type } = outcome
  // The schema of Ant gives a skipped test no type.
  const kind = element === "skipped" ? "" : ` type="${foreign(orNone(type))}"`
  const told = `<${element} message="${foreign(message)}"${kind}`
  const inner = body.length === 0 ? `${told}/>` : `${told}>${markup(guardLines(body.join("\n")))}</${element}>`
  return `${start}>\n      ${inner}\n    </testcase>\n`
}

const changeLines = ({ actual, desired, field, pending, reason, reason_code, remedy, severity, waived }: Change) => {
  const mark = waived === true ? ", waived" : pending === true ? ", pending" : ""
  return [
    `${safe`${field}: ${valueText(actual)} -> ${valueText(desired)}`} (${safe`${reason_code}, ${severity}`}${mark})`,
    safe`  ${reason}`,
    safe`  ${remedy}`
  ]
}

const placeLines = ({ owner, since, source }: ResourceReport, pathOf: PathOf): ReadonlyArray<string> => [
  safe`declared at ${pathOf(source.path)}:${source.line}:${source.column}`,
  ...(owner === null ? [] : [safe`owner: ${owner}`]),
  ...(since === undefined ? [] : [safe`known since ${since}`])
]

/** What became of a resource; nothing where it is in sync. */
const outcomeOf = (row: ResourceReport, pathOf: PathOf): Outcome | undefined => {
  const { changes, error, reason, reason_code, state } = row
  const body = [...changes.flatMap(changeLines), ...placeLines(row, pathOf)]
  switch (state) {
    case "in_sync":
      return undefined
    case "drifted":
      return { element: "failure", message: reason, type: reason_code, body }
    case "missing":
      return { element: "failure", message: reason, type: reason_code, body: [rules.HF016.remedy, ...body] }
    case "waived":
      return { element: "skipped", message: reason, type: reason_code, body: [] }
    case "pending":
      return { element: "error", message: `Could not tell yet: ${reason}`, type: "pending", body }
    case "not_compared": {
      const told = error === null ? [] : [safe`${error.message}`, safe`  ${error.remedy}`]
      return { element: "error", message: reason, type: reason_code, body: [...told, ...placeLines(row, pathOf)] }
    }
  }
}

const unlistedOutcome = (row: Finding): Outcome =>
  row.verdict === "drift"
    ? { element: "failure", message: row.reason, type: row.code, body: [safe`${row.remedy}`] }
    : { element: "skipped", message: `${acceptanceOf(row)}${row.reason}`, type: row.code, body: [] }

/** How many tests of a suite have which outcome. */
interface Counts {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly skipped: number
}

const unlistedCounts = (rows: ReadonlyArray<Unlisted>): Counts => {
  const failures = rows.filter(isUnlistedDrift).length
  return { tests: rows.length, failures, errors: 0, skipped: rows.length - failures }
}

const properties = (report: CheckReport, pathOf: PathOf): string => {
  const { baseline, emulator, endpoint, exit_code, fail_on, manifest, resumed, run_id, snapshot, timestamp } = report
  const known: ReadonlyArray<readonly [string, string]> = [
    [`${report.tool.name}.version`, report.tool.version],
    ["run_id", run_id],
    ["timestamp", timestamp],
    ["endpoint", endpoint],
    ["exit_code", String(exit_code)],
    ["fail_on", fail_on],
    ["complete", String(report.complete)],
    ...manifest.map(({ path, sha256 }) => ["manifest", `${pathOf(path)} sha256:${sha256}`] as const),
    ...(emulator === null ? [] : [["emulator", emulator] as const]),
    ...(snapshot === null ? [] : [["snapshot", `${snapshot.path} of ${snapshot.timestamp}`] as const]),
    ...(resumed === null ? [] : [["resumed", `${resumed.run_id} of ${resumed.timestamp}`] as const]),
    ...(baseline === null ? [] : [["baseline", `${baseline.run_id} of ${baseline.timestamp}`] as const])
  ]
  const lines = known.map(([name, text]) => `      <property name="${foreign(name)}" value="${foreign(text)}"/>\n`)
  return `    <properties>\n${lines.join("")}    </properties>\n`
}

const counted = ({ errors, failures, tests }: Counts): string =>
  `tests="${tests}" failures="${failures}" errors="${errors}"`

/** Without a zone, as the schema of Ant asks for; in UTC. */
const timeOf = (timestamp: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(timestamp)?.[0] ?? "1970-01-01T00:00:00"

const problemOutcome = ({ code, message }: Problem): Outcome => ({ element: "error", message, type: code, body: [] })

function* ofResources({ resources }: CheckReport, pathOf: PathOf): Iterable<string> {
  for (const row of resources) yield testcase(pathOf(row.source.path), nameOf(row), outcomeOf(row, pathOf))
}

function* ofUnlisted(report: CheckReport): Iterable<string> {
  for (const finding of findings({ ...report, resources: [] })) {
    yield testcase(`unlisted in ${finding.folder_id ?? ""}`, nameOf(finding), unlistedOutcome(finding))
  }
}

/** The XML of a report, in pieces; `pathOf` says how files are called in the repository. */
export function* junit(report: CheckReport, pathOf: PathOf = portablePath): Iterable<string> {
  const { drifted, missing, not_compared, pending, total, waived } = report.summary
  const problems = problemsOf(report)
  const suites: ReadonlyArray<readonly [string, Counts, Iterable<string>]> = [
    [
      "resources",
      { tests: total, failures: drifted + missing, errors: not_compared + pending, skipped: waived },
      ofResources(report, pathOf)
    ],
    ["unlisted", unlistedCounts(report.unlisted), ofUnlisted(report)],
    [
      "run",
      { tests: problems.length, failures: 0, errors: problems.length, skipped: 0 },
      problems.map((problem) => testcase("drift check", problem.message, problemOutcome(problem)))
    ]
  ]
  const all = suites.reduce(
    (sum, [, { errors, failures, skipped, tests }]) => ({
      tests: sum.tests + tests,
      failures: sum.failures + failures,
      errors: sum.errors + errors,
      skipped: sum.skipped + skipped
    }),
    { tests: 0, failures: 0, errors: 0, skipped: 0 }
  )
  const seconds = (report.duration_ms / 1000).toFixed(3)
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="holdfast" ${counted(all)} time="${seconds}">\n`
  const shown = suites.filter(([name, { tests }]) => name === "resources" || tests > 0)
  for (const [id, [name, counts, testcases]] of shown.entries()) {
    yield `  <testsuite name="${name}" package="holdfast" id="${id}" hostname="localhost" timestamp="${timeOf(report.timestamp)}" ${counted(counts)} skipped="${counts.skipped}" time="${id === 0 ? seconds : 0}">\n`
    yield properties(report, pathOf)
    yield* testcases
    const said = id === 0 ? markup(verdict(report, { color: false })) : ""
    yield `    <system-out>${said}</system-out>\n    <system-err></system-err>\n  </testsuite>\n`
  }
  yield "</testsuites>\n"
}
