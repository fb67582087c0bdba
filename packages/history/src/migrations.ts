/**
 * The tables of history, the same in SQLite and PostgreSQL. Times are milliseconds since 1970; `*_json` holds JSON as text.
 * A migration that was released is never changed: a later one follows it.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"

const tables = [
  // What is scheduled. `considered_until`: every tick up to it has a run, whatever became of it. `forgotten_until`: of runs before it
  // some were thrown away.
  `CREATE TABLE jobs (
     job TEXT PRIMARY KEY,
     since BIGINT NOT NULL,
     considered_until BIGINT NOT NULL,
     forgotten_until BIGINT NOT NULL DEFAULT 0
   )`,
  // Another value whenever anything changes that is asked of history; a random one, so that it never comes back.
  "CREATE TABLE news (one BIGINT PRIMARY KEY, version TEXT NOT NULL)",
  "INSERT INTO news (one, version) VALUES (1, '')",
  // One row for each tick of a job; what a finished run found stands in its columns. `repaired_millis`: how long those findings
  // lasted that the run saw repaired.
  `CREATE TABLE runs (
     run_id TEXT PRIMARY KEY,
     job TEXT NOT NULL,
     tick BIGINT NOT NULL,
     trigger_kind TEXT NOT NULL,
     state TEXT NOT NULL,
     why TEXT NOT NULL DEFAULT '',
     fence BIGINT NOT NULL DEFAULT 0,
     planned BIGINT NOT NULL DEFAULT 0,
     created_at BIGINT NOT NULL,
     started_at BIGINT,
     deadline BIGINT,
     finished_at BIGINT,
     exit_code BIGINT,
     complete BIGINT,
     failing BIGINT,
     total BIGINT,
     compared BIGINT,
     in_sync BIGINT,
     drifted BIGINT,
     missing BIGINT,
     pending BIGINT,
     not_compared BIGINT,
     waived BIGINT,
     unlisted BIGINT,
     requests_sent BIGINT,
     requests_retried BIGINT,
     tool_version TEXT,
     manifest_sha256 TEXT,
     opened BIGINT,
     resolved BIGINT,
     repaired BIGINT,
     repaired_millis BIGINT,
     UNIQUE (job, tick)
   )`,
  "CREATE INDEX runs_by_tick ON runs (tick, run_id)",
  "CREATE INDEX runs_by_start ON runs (job, started_at)",
  "CREATE INDEX runs_in_sync ON runs (job, started_at) WHERE exit_code = 0",
  "CREATE INDEX runs_open ON runs (job, tick) WHERE state IN ('due', 'running')",
  // Two runs of a job at once cannot be, whoever begins them.
  "CREATE UNIQUE INDEX runs_running ON runs (job) WHERE state = 'running'",
  // The report of a finished run without its rows: they stand in `run_rows`.
  `CREATE TABLE run_reports (
     run_id TEXT PRIMARY KEY REFERENCES runs (run_id) ON DELETE CASCADE,
     head_json TEXT NOT NULL
   )`,
  // What replicas read for a run; gone once the run is closed.
  `CREATE TABLE chunks (
     run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
     number BIGINT NOT NULL,
     content_json TEXT NOT NULL,
     fence BIGINT NOT NULL DEFAULT 0,
     worker TEXT,
     taken_at BIGINT,
     done_at BIGINT,
     answer_json TEXT,
     PRIMARY KEY (run_id, number)
   )`,
  // One row for each resource of a finished run, numbered as its report has them: `row_json` is its ResourceReport.
  `CREATE TABLE run_rows (
     run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
     number BIGINT NOT NULL,
     address TEXT NOT NULL,
     instance_id TEXT NOT NULL,
     job TEXT NOT NULL,
     tick BIGINT NOT NULL,
     state TEXT NOT NULL,
     severity TEXT NOT NULL,
     reason_code TEXT NOT NULL,
     owner TEXT,
     folder_id TEXT,
     row_json TEXT NOT NULL,
     PRIMARY KEY (run_id, number)
   )`,
  "CREATE INDEX run_rows_by_instance ON run_rows (instance_id, tick)",
  "CREATE INDEX run_rows_by_state ON run_rows (run_id, state, number)",
  // The counts of each finished run by group, by owner and by folder: they outlive its rows.
  `CREATE TABLE run_counts (
     run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     job TEXT NOT NULL,
     tick BIGINT NOT NULL,
     total BIGINT NOT NULL,
     compared BIGINT NOT NULL,
     in_sync BIGINT NOT NULL,
     drifted BIGINT NOT NULL,
     missing BIGINT NOT NULL,
     pending BIGINT NOT NULL,
     not_compared BIGINT NOT NULL,
     waived BIGINT NOT NULL,
     PRIMARY KEY (run_id, kind, name)
   )`,
  // What is wrong with a resource, from the run that saw it first to the one that saw it gone. `kind`: drift, missing, unlisted or
  // not_compared. `began_at`: since when by the resource's own times, such as when a backup became too old.
  // `finding_key`: what it is of and which rule found it, the same in each run.
  `CREATE TABLE findings (
     finding_id TEXT PRIMARY KEY,
     finding_key TEXT NOT NULL,
     job TEXT NOT NULL,
     kind TEXT NOT NULL,
     address TEXT NOT NULL,
     instance_id TEXT NOT NULL,
     field TEXT NOT NULL,
     reason_code TEXT NOT NULL,
     first_seen BIGINT NOT NULL,
     last_seen BIGINT NOT NULL,
     began_at BIGINT NOT NULL,
     seen BIGINT NOT NULL,
     unknown_since BIGINT,
     resolved_at BIGINT,
     resolution TEXT,
     waived BIGINT NOT NULL,
     severity TEXT NOT NULL,
     owner TEXT,
     folder_id TEXT,
     groups_json TEXT NOT NULL,
     reason TEXT NOT NULL,
     change_json TEXT,
     first_run TEXT NOT NULL,
     last_run TEXT NOT NULL,
     resolved_run TEXT
   )`,
  "CREATE INDEX findings_by_instance ON findings (instance_id, first_seen)",
  "CREATE INDEX findings_by_time ON findings (first_seen, finding_id)",
  "CREATE INDEX findings_by_job ON findings (job, first_seen, finding_id)",
  "CREATE INDEX findings_by_owner ON findings (owner, first_seen, finding_id)",
  "CREATE INDEX findings_by_end ON findings (resolved_at) WHERE resolved_at IS NOT NULL",
  // Few of all are open. SQLite, which keeps no statistics, takes the last that fits: these stand behind those above.
  "CREATE UNIQUE INDEX findings_once ON findings (job, finding_key) WHERE resolved_at IS NULL",
  "CREATE INDEX findings_counted ON findings (kind, severity, reason_code, waived, job) WHERE resolved_at IS NULL",
  "CREATE INDEX findings_open ON findings (first_seen, finding_id) WHERE resolved_at IS NULL",
  "CREATE INDEX findings_open_by_job ON findings (job, first_seen, finding_id) WHERE resolved_at IS NULL",
  // Each waiver that a run saw, by what it says; `state` is that of the last run.
  `CREATE TABLE waivers (
     job TEXT NOT NULL,
     waiver_id TEXT NOT NULL,
     until_at BIGINT NOT NULL,
     state TEXT NOT NULL,
     first_seen BIGINT NOT NULL,
     last_seen BIGINT NOT NULL,
     used BIGINT NOT NULL,
     waiver_json TEXT NOT NULL,
     PRIMARY KEY (job, waiver_id)
   )`,
  // Alerts that are to be sent, at least once each. `outbox_id` is the idempotency key that receivers get.
  `CREATE TABLE outbox (
     outbox_id TEXT PRIMARY KEY,
     channel TEXT NOT NULL,
     job TEXT NOT NULL,
     event TEXT NOT NULL,
     payload_json TEXT NOT NULL,
     created_at BIGINT NOT NULL,
     not_before BIGINT NOT NULL,
     attempts BIGINT NOT NULL DEFAULT 0,
     leased_until BIGINT NOT NULL DEFAULT 0,
     sent_at BIGINT,
     given_up_at BIGINT,
     dropped_at BIGINT,
     last_error TEXT
   )`,
  "CREATE INDEX outbox_open ON outbox (not_before) WHERE sent_at IS NULL AND given_up_at IS NULL AND dropped_at IS NULL",
  // When the next request may be sent to a service, shared by all replicas.
  `CREATE TABLE quotas (
     service TEXT PRIMARY KEY,
     next_free BIGINT NOT NULL
   )`
]

/** Makes the tables. SQLite checks what columns hold only where a table is STRICT, and calls every integer INTEGER there. */
const makeTables = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const isSqlite = sql.onDialectOrElse({ sqlite: () => true, orElse: () => false })
  for (const statement of tables) {
    const isTable = statement.startsWith("CREATE TABLE")
    yield* sql.unsafe(isSqlite && isTable ? `${statement.replaceAll("BIGINT", "INTEGER")} STRICT` : statement)
  }
})

/** Each with its number and name, in order. */
export const migrations = { "0001_history": makeTables }
