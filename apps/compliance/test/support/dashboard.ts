/** A dashboard on a history of its own, over a real socket. */
import { mkdtempSync, rmSync } from "node:fs"
import { type IncomingHttpHeaders, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type { Outbox } from "@holdfast/history/Outbox"
import type { RunStore } from "@holdfast/history/RunStore"
import { Context, Cron, Effect, Layer, ManagedRuntime } from "effect"
import { afterAll, beforeAll } from "vitest"
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
  options: {
    readonly server?: Partial<Server>
    readonly jobs?: ReadonlyArray<ScheduledJob>
    readonly emulator?: string
  } = {}
) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "holdfast-dashboard-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const hands = new Hands(Date.now(), join(directory, "history.sqlite"))
      const { emulator = null, jobs = [], server } = options
      return Dashboard.layer({ server: { ...open, ...server }, jobs, emulator }).pipe(
        Layer.provideMerge(historyAt(hands)),
        Layer.provideMerge(Layer.succeed(Clockwork, hands)),
        Layer.provide(NodeFileSystem.layer)
      )
    })
  )

/** A dashboard for the tests of one file, with what `fill` writes. */
export const running = <E>(
  options: Parameters<typeof dashboard>[0],
  fill: (hands: Hands) => Effect.Effect<unknown, E, RunStore>
) => {
  const runtime = ManagedRuntime.make(dashboard(options))
  let url = ""
  let path = ""
  beforeAll(async () => {
    url = await runtime.runPromise(
      Effect.gen(function* () {
        const hands = yield* Clockwork
        yield* fill(hands)
        hands.time = Date.now()
        path = hands.path
        return (yield* Dashboard).url
      })
    )
  }, 60_000)
  afterAll(() => runtime.dispose())
  return {
    /** Its origin, and the file of its history. */
    url: () => url,
    path: () => path,
    /** Writes more into its history. */
    write: (more: (hands: Hands) => Effect.Effect<unknown, unknown, RunStore | Outbox>) =>
      runtime.runPromise(Effect.flatMap(Clockwork, more)),
    ask: (path: string, request?: Asked) => ask(url, path, request)
  }
}

/** What is sent. */
export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An answer as it came. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends a request as it is written; unless it says otherwise, as a browser does that opens a page. */
export const ask = (url: string, path: string, { body, headers = {}, method = "GET" }: Asked = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request(
      { hostname, port, path, method, headers: { accept: "text/html", ...headers }, agent: false },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk) => chunks.push(chunk))
        response.on("error", reject)
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString("utf8")
          })
        )
      }
    )
    sent.on("error", reject)
    sent.end(body)
  })
