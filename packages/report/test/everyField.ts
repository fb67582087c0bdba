/**
 * Every text that a report can hold, found by its schema: a field that is added there is filled here, and a report that does not hold
 * it is noticed.
 */
import { summarize } from "@holdfast/check/Check"
import { CheckReport, type ResourceReport, states } from "@holdfast/check/CheckReport"
import { SchemaAST } from "effect"
import { everything } from "./fullReport.ts"
import { denied } from "./reports.ts"

/** The text of a field, by its path, such as `resources[].source.path`. */
export type TextOf = (path: string) => string

const fits = (ast: SchemaAST.AST, value: unknown): boolean => {
  if (SchemaAST.isLiteral(ast)) return ast.literal === value
  if (SchemaAST.isNull(ast)) return value === null
  if (SchemaAST.isString(ast)) return typeof value === "string"
  if (SchemaAST.isArrays(ast)) return Array.isArray(value)
  return SchemaAST.isObjects(ast) ? typeof value === "object" && value !== null && !Array.isArray(value) : true
}

/** JSON of any shape: the schema says no more of it. */
const filledJson = (value: unknown, path: string, textOf: TextOf): unknown => {
  if (typeof value === "string") return textOf(path)
  return Array.isArray(value) ? value.map((item) => filledJson(item, path, textOf)) : value
}

const filledValue = (ast: SchemaAST.AST, value: unknown, path: string, textOf: TextOf): unknown => {
  if (SchemaAST.isString(ast)) return textOf(path)
  if (SchemaAST.isDeclaration(ast)) return filledJson(value, path, textOf)
  if (SchemaAST.isUnion(ast)) {
    const member = ast.types.find((type) => fits(type, value))
    return member === undefined ? value : filledValue(member, value, path, textOf)
  }
  if (SchemaAST.isArrays(ast) && Array.isArray(value)) {
    const [type] = ast.rest
    return type === undefined ? value : value.map((item) => filledValue(type, item, `${path}[]`, textOf))
  }
  if (!SchemaAST.isObjects(ast) || typeof value !== "object" || value === null) return value
  const [record] = ast.indexSignatures
  const known = new Map(ast.propertySignatures.map(({ name, type }) => [name, type]))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const type = known.get(key) ?? record?.type
      if (type === undefined) throw new Error(`${path}.${key} is none of the schema's`)
      const name = known.has(key) ? key : textOf(`${path}.(name)`)
      const inner = known.has(key) ? (path === "" ? key : `${path}.${key}`) : `${path}.(value)`
      return [name, filledValue(type, item, inner, textOf)]
    })
  )
}

/** The report with another text in each field that can hold any, names of tags and of variables included. */
export const filled = (report: CheckReport, textOf: TextOf): CheckReport =>
  // The schema has led: only texts were changed, and only where it allows any.
  linked(filledValue(CheckReport.ast, report, "", textOf) as CheckReport)

/** A waiver of every field names what it accepts, whatever that is called. */
const linked = (report: CheckReport): CheckReport => {
  const { resources, unlisted, waivers } = report
  const named = {
    resource: resources.find(({ state }) => state === "waived")?.address,
    instance: unlisted.find(({ waived }) => waived)?.instance_id,
    group: undefined
  }
  const used = waivers.used.map((waiver) =>
    waiver.fields === null ? { ...waiver, target: named[waiver.kind] ?? waiver.target } : waiver
  )
  return { ...report, waivers: { ...waivers, used } }
}

function* pathsOf(ast: SchemaAST.AST, path: string): Iterable<string> {
  if (SchemaAST.isString(ast) || SchemaAST.isDeclaration(ast)) yield path
  if (SchemaAST.isUnion(ast)) for (const type of ast.types) yield* pathsOf(type, path)
  if (SchemaAST.isArrays(ast)) for (const type of ast.rest) yield* pathsOf(type, `${path}[]`)
  if (!SchemaAST.isObjects(ast)) return
  for (const { name, type } of ast.propertySignatures) {
    yield* pathsOf(type, path === "" ? String(name) : `${path}.${String(name)}`)
  }
  for (const { type } of ast.indexSignatures) {
    yield `${path}.(name)`
    yield* pathsOf(type, `${path}.(value)`)
  }
}

/** The paths of all fields that can hold any text. */
export const paths: ReadonlySet<string> = new Set(pathsOf(CheckReport.ast, ""))

const [accepted, nobodys] = everything.waivers.used

/** A row of each kind, and a text in every field that can hold one. */
export const full: CheckReport = {
  ...everything,
  emulator: "fleet.yaml",
  snapshot: { path: "live.json", timestamp: "2026-03-05T11:00:00.000Z" },
  resumed: { run_id: "r-0", timestamp: "2026-03-05T10:00:00.000Z", carried: 3 },
  // Of drift and of what was not read, two: such as have more fields.
  resources: states.flatMap((wanted) => {
    const of = everything.resources.filter(({ state }) => state === wanted)
    if (wanted === "drifted") return of.slice(0, 2).map((row) => ({ ...row, doubt: denied }))
    return of.slice(0, wanted === "not_compared" ? 2 : 1)
  }),
  unlisted: everything.unlisted.map((row) => ({ ...row, since: "2026-03-01T03:00:00.000Z" })),
  waivers: {
    ...everything.waivers,
    used: [accepted, nobodys, accepted].flatMap((waiver, index) =>
      waiver === undefined ? [] : [index === 2 ? { ...waiver, fields: null } : waiver]
    ),
    unused: everything.waivers.expired
  },
  diagnostics: [
    ...everything.diagnostics,
    {
      severity: "error",
      path: "b.yaml",
      line: 3,
      column: 2,
      summary: "Unknown field",
      suggestion: "folder",
      text: "f"
    },
    { severity: "error", summary: "No credentials", detail: "Set some." }
  ]
}

const repeated = <A>(items: ReadonlyArray<A>, count: number): ReadonlyArray<A> =>
  Array.from({ length: count }, () => items).flat()

/** The report with `count` of each of its resources, and twice as many of the rows that there are few of. */
export const wide = (report: CheckReport, count: number): CheckReport => {
  const { baseline, waivers } = report
  const twice = 2 * count
  const resources: ReadonlyArray<ResourceReport> = repeated(report.resources, count)
  const unlisted = repeated(report.unlisted, count)
  return {
    ...report,
    summary: summarize(resources, unlisted.filter(({ waived }) => !waived).length),
    resources,
    unlisted,
    baseline: baseline === null ? null : { ...baseline, resolved: repeated(baseline.resolved, twice) },
    waivers: {
      used: repeated(waivers.used, twice),
      unused: repeated(waivers.unused, twice),
      expired: repeated(waivers.expired, twice)
    },
    reads: repeated(report.reads, twice),
    diagnostics: repeated(report.diagnostics, twice)
  }
}

/** The report without rows: what is said of the run alone. */
export const rowless = (report: CheckReport): CheckReport => ({
  ...report,
  summary: summarize([], 0),
  resources: [],
  unlisted: [],
  reads: [],
  waivers: { used: [], unused: [], expired: [] }
})
