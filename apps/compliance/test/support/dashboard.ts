/** A dashboard on a history of its own, over a real socket. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Context, Cron, Effect, Layer } from "effect"
import type { Server } from "../../src/config/readServer.ts"
import type { ScheduledJob } from "../../src/dashboard/standing.ts"
import { Dashboard } from "../../src/server/Dashboard.ts"
import { Hands, historyAt } from "./months.ts"

/** A job that is due each midnight in UTC. */
export const job = (name: string, cronText = "0 0 * * *"): ScheduledJob => ({
  name,
  cron: Cron.parseUnsafe(cronText, "UTC"),
  cronText,
  timeZone: "UTC",
  timeoutMillis: 3_600_000,
  startWithinMillis: 600_000
})

export const open: Server = { host: "127.0.0.1", port: 0, url: undefined, tokens: [], proxy: undefined }

/** The hands of the clock that the history is written by. */
export class Clockwork extends Context.Service<Clockwork, Hands>()("test/Clockwork") {}

/** A history and the dashboard before it, for as long as the layer is in use. */
export const dashboard = (
  options: { readonly server?: Partial<Server>; readonly jobs?: ReadonlyArray<ScheduledJob> } = {}
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-dashboard-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const hands = new Hands(Date.now())
      return Dashboard.layer({ server: { ...open, ...options.server }, jobs: options.jobs ?? [] }).pipe(
        Layer.provideMerge(historyAt(join(directory, "history.sqlite"), hands)),
        Layer.provideMerge(Layer.succeed(Clockwork, hands)),
        Layer.provide(NodeFileSystem.layer)
      )
    })
  )
