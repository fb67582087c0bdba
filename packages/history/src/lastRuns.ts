import type { SqlClient } from "effect/sql/SqlClient"

/** The runs of a job that tell how it is: none of them is ever thrown away. */
export interface LastRuns {
  readonly job: string
  /** The last that has a report or failed. */
  readonly last: string | null
  /** The latest tick that is over. */
  readonly latest: string | null
  /** A run may be content with drift that is not as bad as its `failOn`: that is not in sync. */
  readonly lastInSync: string | null
  readonly running: string | null
}

/** Those of each job. */
export const lastRuns = (sql: SqlClient) => sql<LastRuns>`
  SELECT job,
    (SELECT run_id FROM runs WHERE runs.job = jobs.job AND state IN ('finished', 'failed')
      ORDER BY started_at DESC LIMIT 1) AS "last",
    (SELECT run_id FROM runs WHERE runs.job = jobs.job AND state NOT IN ('due', 'running')
      ORDER BY tick DESC LIMIT 1) AS "latest",
    (SELECT run_id FROM runs WHERE runs.job = jobs.job AND exit_code = 0 AND drifted + missing = 0
      ORDER BY started_at DESC LIMIT 1) AS "lastInSync",
    (SELECT run_id FROM runs WHERE runs.job = jobs.job AND state = 'running') AS "running"
  FROM jobs ORDER BY job`
