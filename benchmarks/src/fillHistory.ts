/**
 * A history of a large service, made by the database itself: 20 jobs checked nightly for a year, 20,000 instances, 1,000,000
 * findings of which 20,000 are open, and the rows of the last thirty nights.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export const jobs = 20
export const nights = 365
export const instances = 20_000
export const findings = 1_000_000
const nightsWithRows = 30
const instancesOfJob = instances / jobs

export const day = 86_400_000
/** The first night; the last is `nights` days later. */
export const firstNight = Date.UTC(2025, 9, 1)
export const lastNight = firstNight + (nights - 1) * day

const change = JSON.stringify({
  field: "maxBackupAge",
  desired: "2h",
  actual: "26h",
  severity: "high",
  reason_code: "HF010",
  reason: "The last backup is too old: it is 26h old, and may be 2h old at most.",
  remedy: "Look at the last tasks of the resource, and run its policy once by hand.",
  age_seconds: 93_600,
  limit_seconds: 7_200
})

/** A row with as much in it as a row of a report has. */
const rowOf = (address: string, id: string): string =>
  JSON.stringify({
    address: "ADDRESS",
    instance_id: "INSTANCE",
    folder_id: "b1gfolder0000000001",
    state: "in_sync",
    severity: "high",
    reason_code: "in_sync",
    reason: "It is as declared; the last backup is 3h old.",
    changes: [],
    error: null,
    owner: "team-1",
    tags: { service: "billing" },
    groups: ["web"],
    source: { path: "backup.yaml", line: 12, column: 3 }
  })
    .split(/ADDRESS|INSTANCE/)
    .map((part) => `'${part}'`)
    .reduce((all, part, index) => `${all} || ${index === 1 ? address : id} || ${part}`)

export const fill = Effect.gen(function* () {
  const sql = yield* SqlClient
  /** `i` from 0 to below `count`. */
  const numbers = (count: number) =>
    sql.onDialectOrElse({
      sqlite: () =>
        `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1}) SELECT i FROM n) AS n`,
      orElse: () => `(SELECT CAST(g AS BIGINT) AS i FROM generate_series(0, ${count - 1}) AS g) AS n`
    })
  // Only to fill it: what is measured has the cache that it has in use.
  yield* sql.onDialectOrElse({ sqlite: () => sql`PRAGMA cache_size = -1000000`, orElse: () => Effect.void })
  const text = (number: string) => `CAST(${number} AS TEXT)`
  const run = (job: string, night: string) => `'run-' || ${text(job)} || '-' || ${text(night)}`
  const tick = (night: string) => `${firstNight} + (${night}) * ${day}`

  yield* sql.unsafe(
    `INSERT INTO jobs (job, since, considered_until) SELECT 'job-' || ${text("i")}, ${firstNight}, ${lastNight} FROM ${numbers(jobs)}`
  )
  const job = `i % ${jobs}`
  const night = `i / ${jobs}`
  yield* sql.unsafe(`
    INSERT INTO runs (run_id, job, tick, trigger_kind, state, created_at, started_at, finished_at, exit_code, complete, failing,
      total, compared, in_sync, drifted, missing, pending, not_compared, waived, unlisted, requests_sent, requests_retried,
      tool_version, manifest_sha256, opened, resolved, repaired, repaired_millis)
    SELECT ${run(job, night)}, 'job-' || ${text(job)}, ${tick(night)}, 'schedule', 'finished', ${tick(night)}, ${tick(night)},
      ${tick(night)} + 60000, CASE WHEN i % 40 = 7 THEN 0 ELSE 2 END, 1, 50, ${instancesOfJob}, ${instancesOfJob}, 950, 50, 0, 0, 0, 0, 0,
      1000, 0, '0.1.0', 'abc', 130, 130, 100, ${100 * day} FROM ${numbers(jobs * nights)}`)
  for (const kind of ["group", "owner"]) {
    yield* sql.unsafe(`
      INSERT INTO run_counts (run_id, kind, name, job, tick, total, compared, in_sync, drifted, missing, pending, not_compared, waived)
      SELECT ${run(job, night)}, '${kind}', 'web', 'job-' || ${text(job)}, ${tick(night)}, 1000, 1000, 950, 50, 0, 0, 0, 0
      FROM ${numbers(jobs * nights)}`)
  }
  const rowJob = `i % ${jobs}`
  const rowNight = `${nights - nightsWithRows} + i / ${instances}`
  const rowNumber = `(i % ${instances}) / ${jobs}`
  const address = `'web-' || ${text(`i % ${instances}`)}`
  const instance = `'epd' || ${text(`i % ${instances}`)}`
  yield* sql.unsafe(`
    INSERT INTO run_rows (run_id, number, address, instance_id, job, tick, state, severity, reason_code, owner, folder_id, row_json)
    SELECT ${run(rowJob, rowNight)}, ${rowNumber}, ${address}, ${instance}, 'job-' || ${text(rowJob)}, ${tick(rowNight)},
      CASE WHEN i % 20 = 7 THEN 'drifted' ELSE 'in_sync' END, 'high', 'in_sync', 'team-1', 'b1gfolder0000000001',
      ${rowOf(address, instance)}
    FROM ${numbers(instances * nightsWithRows)}`)
  // One in fifty is open; ids lie scattered, as hashes do.
  const isOpen = `(i / 50) % 50 = 7`
  const night1 = `(i % ${nights - 5})`
  yield* sql.unsafe(`
    INSERT INTO findings (finding_id, finding_key, job, kind, address, instance_id, field, reason_code, first_seen, last_seen, began_at,
      seen, unknown_since, resolved_at, resolution, waived, severity, owner, folder_id, groups_json, reason, change_json, first_run,
      last_run, resolved_run)
    SELECT ${text(`(i * 7919 + 17) % 1000003`)}, 'key-' || ${text("i")}, 'job-' || ${text(`i % ${jobs}`)},
      CASE WHEN i % 10 = 3 THEN 'missing' ELSE 'drift' END, ${address}, ${instance}, 'maxBackupAge',
      CASE i % 5 WHEN 0 THEN 'HF001' WHEN 1 THEN 'HF003' ELSE 'HF010' END,
      ${tick(night1)}, ${tick(`${night1} + 1`)}, ${tick(night1)} - 3600000, 2, NULL,
      CASE WHEN ${isOpen} THEN NULL ELSE ${tick(`${night1} + 2`)} END, CASE WHEN ${isOpen} THEN NULL ELSE 'in_sync' END,
      CASE WHEN i % 100 = 57 THEN 1 ELSE 0 END, CASE i % 3 WHEN 0 THEN 'critical' WHEN 1 THEN 'high' ELSE 'medium' END,
      'team-' || ${text("i % 40")}, 'b1gfolder0000000001', '["web"]', 'The last backup is too old: it is 26h old, and may be 2h old at most.',
      '${change}', ${run(job, night1)}, ${run(job, `${night1} + 1`)},
      CASE WHEN ${isOpen} THEN NULL ELSE ${run(job, `${night1} + 2`)} END
    FROM ${numbers(findings)}`)
  yield* sql.onDialectOrElse({ sqlite: () => sql`PRAGMA cache_size = -65536`, orElse: () => Effect.void })
})
