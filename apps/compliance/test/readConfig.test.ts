import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readConfig } from "../src/config/readConfig.ts"

const jobs = 'jobs: {nightly: {cron: "0 3 * * *", manifests: backup.yaml}}'

/** `line:column summary` of each mistake of a text below `version: 1`. */
const mistakes = (...lines: ReadonlyArray<string>) =>
  Result.match(readConfig("compliance.yaml", ["version: 1", ...lines].join("\n")), {
    onFailure: (diagnostics) =>
      diagnostics.map(({ column, line, suggestion, summary }) =>
        [`${line}:${column} ${summary}`, ...(suggestion === undefined ? [] : [`(${suggestion}?)`])].join(" ")
      ),
    onSuccess: () => []
  })

const valid = (...lines: ReadonlyArray<string>) =>
  Result.getOrThrowWith(
    readConfig("compliance.yaml", ["version: 1", ...lines].join("\n")),
    (diagnostics) => new Error(JSON.stringify(diagnostics))
  )

const cronMistakes = (cron: string, more = "") =>
  mistakes(`jobs: {nightly: {cron: ${JSON.stringify(cron)}, manifests: a.yaml${more}}}`).map((text) =>
    text.replace(/^\S+ /, "")
  )

describe("a configuration", () => {
  it("says only what it must, and the rest is as documented", () => {
    const { database, jobs: read, quota, retention } = valid(jobs)
    const day = 86_400_000
    assert.deepStrictEqual(database, { kind: "sqlite", path: "history.sqlite" })
    assert.deepStrictEqual(retention, { runsMillis: 400 * day, rowsMillis: 90 * day, maxRuns: 100_000 })
    assert.isUndefined(quota)
    const [job] = read
    const { cron: _, variables: __, ...nightly } = job ?? assert.fail("no job")
    assert.deepStrictEqual(nightly, {
      name: "nightly",
      cronText: "0 3 * * *",
      timeZone: "UTC",
      manifests: ["backup.yaml"],
      retryPolicy: "patient",
      timeoutMillis: 3_600_000,
      failOn: "info",
      allowEmpty: false,
      missed: "run",
      overlap: "skip",
      startWithinMillis: 600_000,
      source: { path: "compliance.yaml", line: 2, column: 8 }
    })
  })

  it("tells every mistake at once, with its place and what was meant", () => {
    const found = mistakes(
      "databse: history.sqlite",
      "jobs:",
      '  nightly: {crom: "0 3 * * *", timeZone: moscow, manifests: [], retryPolicy: pateint, timeout: 5}',
      "  hourly: {cron: 0 * * * *}",
      "  twice: []",
      "retention: {runs: 1d, rows: 2d}",
      "quota: {requestsPerSecond: 0}"
    )
    assert.deepStrictEqual(found, [
      '2:1 A configuration has no field "databse" (database?)',
      '4:13 The job "nightly" has no field "crom" (cron?)',
      '4:42 There is no time zone "moscow" (Europe/Moscow?)',
      "4:61 `manifests` is an empty list",
      '4:78 Expected one of standard, patient, none, and this is "pateint" (patient?)',
      '4:96 `timeout` is a duration, and this is "5"',
      '5:3 The job "hourly" has no `manifests`',
      "6:10 A job is a mapping, and this is a list",
      "7:1 `retention` keeps rows longer than the runs that they belong to",
      '8:28 `requestsPerSecond` is a whole number from 1 to 10000, and this is "0"'
    ])
  })

  it("takes times of cron that come, in time zones that there are", () => {
    for (const cron of ["0 3 * * *", "*/5 * * * *", "0 3 31 * *", "0 3 29 2 *", "0 0 31 2 1", "*/2 * * * * *"]) {
      assert.deepStrictEqual(cronMistakes(cron), [], cron)
    }
    assert.deepStrictEqual(cronMistakes("0 3 * * *", ", timeZone: America/Argentina/Buenos_Aires"), [])
    const never = (cron: string) => `"${cron}" never comes: none of its months has such a day`
    for (const cron of ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"]) {
      assert.deepStrictEqual(cronMistakes(cron), [never(cron)])
    }
    const no = (cron: string, why: string) => [`"${cron}" is no time of cron: ${why}`]
    assert.deepStrictEqual(cronMistakes("0 25 * * *"), no("0 25 * * *", "expected a value between 0 and 23"))
    assert.deepStrictEqual(cronMistakes("@daily"), no("@daily", "it takes five fields, or six with seconds first"))
    assert.deepStrictEqual(cronMistakes(""), ["`cron` is a text, and this is nothing"])
    assert.deepStrictEqual(cronMistakes("0 3 * * *", ", timeZone: +03:00"), ['There is no time zone "+03:00"'])
  })

  it("keeps no password, and shows none", () => {
    const url = "postgres://holdfast:hunter2@db/holdfast"
    const read = readConfig("compliance.yaml", ["version: 1", `database: ${url}`, jobs].join("\n"))
    assert.isTrue(Result.isFailure(read))
    assert.notInclude(JSON.stringify(read), "hunter2")
    assert.deepStrictEqual(mistakes(`database: ${url}`, jobs), ["2:11 `database` holds a password"])
    assert.deepStrictEqual(mistakes("database: postgres://db/h?password=hunter2", jobs), [
      "2:11 `database` holds a password"
    ])
    assert.deepStrictEqual(valid("database: postgres://holdfast@db:5433/holdfast", jobs).database, {
      kind: "postgres",
      url: "postgres://holdfast@db:5433/holdfast"
    })
  })

  it("knows databases that there are", () => {
    assert.deepStrictEqual(mistakes("database: mysql://db/holdfast", jobs), [
      '2:11 `database` knows files and postgres://, not "mysql://"'
    ])
    // What it leaves out comes from the PG* variables.
    assert.deepStrictEqual(mistakes("database: postgres://", jobs), [])
    assert.deepStrictEqual(mistakes("database: []", jobs), ["2:11 `database` is a text, and this is a list"])
  })

  it("takes names of jobs that can be stored and shown", () => {
    const named = (name: string) => mistakes(`jobs: {${JSON.stringify(name)}: {cron: "0 3 * * *", manifests: a.yaml}}`)
    const wrong = ["2:8 The name of a job takes 1 to 100 characters, and no control characters"]
    for (const name of ["nightly", "ночная проверка", "__proto__", "x".repeat(100), "🧹"]) {
      assert.deepStrictEqual(named(name), [], name)
    }
    for (const name of ["", " ", "a\u0000", "a\nb", "\ud800", "x".repeat(101)]) {
      assert.deepStrictEqual(named(name), wrong, JSON.stringify(name))
    }
    // Browsers take them for directories: nobody could open the page of the job.
    for (const name of [".", ".."]) {
      assert.deepStrictEqual(named(name), [`2:8 ${JSON.stringify(name)} is not the name of a job`])
    }
    assert.deepStrictEqual(named("..."), [])
  })

  it("reads texts as they are: nothing is filled in", () => {
    const [job] = valid('jobs: {nightly: {cron: "0 3 * * *", manifests: "a${b}.yaml", variables: {env: prod}}}').jobs
    assert.deepStrictEqual(job?.manifests, ["a${b}.yaml"])
    assert.deepStrictEqual([...(job?.variables ?? [])], [["env", "prod"]])
    assert.deepStrictEqual(
      mistakes('jobs: {nightly: {cron: "0 3 * * *", manifests: a.yaml, variables: {"a b": c, d: [e]}}}'),
      [
        '2:68 "a b" is not the name of a variable',
        '2:81 The variable "d" is a text of at most 200 characters on one line'
      ]
    )
  })
})
