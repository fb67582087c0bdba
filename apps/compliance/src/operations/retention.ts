/**
 * Throws away what is older than the configuration keeps: at the start, and each hour. Replicas that do it at once do it once.
 */
import { retain } from "@holdfast/history/retain"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Retention } from "../config/ComplianceConfig.ts"
import { whyOf } from "../Failure.ts"

export const keepRetention = (retention: Retention) =>
  retain(retention).pipe(
    Effect.tap(({ findings, messages, runs, runsWithoutRows }) =>
      runs + runsWithoutRows + findings + messages === 0
        ? Effect.void
        : Effect.logInfo(
            `Retention: ${runs} runs, the rows of ${runsWithoutRows} more, ${findings} findings and ${messages} alerts were thrown away`
          )
    ),
    Effect.catchCause((cause) => Effect.logWarning(`Retention: ${whyOf(cause)}`)),
    Effect.repeat(Schedule.spaced("1 hour"))
  )
