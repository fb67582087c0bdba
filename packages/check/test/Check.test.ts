import { assert, describe, it } from "@effect/vitest"
import { CloudBackupError } from "@holdfast/core/CloudBackupError"
import { fromEpochMillis } from "@holdfast/core/Timestamp"
import { Clock, Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { check, failed, summarize } from "../src/Check.ts"
import { CheckReport } from "../src/CheckReport.ts"
import { cloud, fromNow, manifest, notFound, ofOneResource, ofTheRun, options, outcome } from "./cloud.ts"
import { ago, now, resource, second } from "./fleet.ts"

const inSync = resource({ lastBackupTime: ago(second) })
const slow = () => Effect.delay(Effect.succeed(inSync), second)

const errorsOf = (report: CheckReport) => report.resources.flatMap(({ error }) => (error === null ? [] : [error]))

describe("check", () => {
  it.effect("reports on every resource, by address, whatever the order of the manifest and of the answers", () =>
    Effect.gen(function* () {
      const delays: Record<string, number> = { "i-b": 3, "i-B": 1, "i-ä": 2, "i-a": 4 }
      const { layer } = cloud((id) => Effect.delay(Effect.succeed(inSync), (delays[id] as number) * second))
      const report = yield* fromNow(check(manifest("b", "ä", "B", "a"), options({ concurrency: 4 }))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(outcome(report), "B:in_sync a:in_sync b:in_sync ä:in_sync")
      assert.deepStrictEqual([report.complete, report.interrupted, report.exit_code], [true, false, 0])
      assert.deepStrictEqual(
        report.resources.map(({ instance_id }) => instance_id),
        ["i-B", "i-a", "i-b", "i-ä"]
      )
      assert.deepStrictEqual(report.manifest, manifest().files)
      assert.strictEqual(report.tool.version, "1.2.3")
      assert.strictEqual(report.timestamp, "2026-03-05T12:00:00.000Z")
      assert.strictEqual(report.duration_ms, 4 * second)
    })
  )

  it.effect.each([1, 3, 10, 50])("keeps to %i reads at a time", (concurrency) =>
    Effect.gen(function* () {
      const addresses = Array.from({ length: 10 }, (_, index) => `vm-${index}`)
      const { asked, layer, mostInFlight } = cloud(slow)
      const report = yield* fromNow(check(manifest(...addresses), options({ concurrency }))).pipe(Effect.provide(layer))
      assert.strictEqual(mostInFlight(), Math.min(concurrency, 10))
      assert.strictEqual(asked.length, 10)
      assert.strictEqual(report.duration_ms, Math.ceil(10 / concurrency) * second)
    })
  )

  it.effect.each(ofOneResource)("reads on where one read fails: $_tag", (error) =>
    Effect.gen(function* () {
      const { asked, layer } = cloud((id) => (id === "i-b" ? Effect.fail(error) : Effect.succeed(inSync)))
      const report = yield* fromNow(check(manifest("a", "b", "c"), options())).pipe(Effect.provide(layer))
      assert.strictEqual(outcome(report), "a:in_sync b:not_compared c:in_sync")
      assert.deepStrictEqual(asked, ["i-a", "i-b", "i-c", ...(error.isRetryable ? ["i-b"] : [])])
      assert.deepStrictEqual([report.complete, report.exit_code, report.summary.coverage], [false, 3, 2 / 3])
      assert.strictEqual(report.resources[1]?.reason_code, error._tag)
      const attempts = error.isRetryable ? 6 : 3
      assert.deepInclude(report.resources[1]?.error, { message: error.message, remedy: error.remedy, attempts })
    })
  )

  it("knows an error for every way in which a read can fail", () => {
    const known = [...new Set([...ofOneResource, ...ofTheRun, notFound].map(({ _tag }) => _tag))]
    const all = CloudBackupError.members.map((member) => member.fields._tag.schema.literal)
    assert.deepStrictEqual(known.toSorted(), all.toSorted())
  })

  it.effect("takes an instance that the service does not know for missing, and drift for more than doubt", () =>
    Effect.gen(function* () {
      const errors = new Map<string, CloudBackupError>([
        ["i-a", notFound],
        ["i-b", ofOneResource[5] as CloudBackupError]
      ])
      const { layer } = cloud((id) => {
        const error = errors.get(id)
        return error === undefined ? slow() : Effect.fail(error)
      })
      const report = yield* fromNow(check(manifest("a", "b", "c"), options())).pipe(Effect.provide(layer))
      assert.strictEqual(outcome(report), "a:missing b:not_compared c:in_sync")
      assert.deepStrictEqual([report.exit_code, report.complete], [2, false])
    })
  )

  it.effect.each(ofTheRun)("stops reading after $_tag, and says so of all the rest", (error) =>
    Effect.gen(function* () {
      const { asked, layer } = cloud((id) => (id === "i-c" ? Effect.fail(error) : Effect.succeed(inSync)))
      const report = yield* fromNow(check(manifest("a", "b", "c", "d", "e"), options())).pipe(Effect.provide(layer))
      assert.deepStrictEqual(asked, ["i-a", "i-b", "i-c"])
      assert.strictEqual(outcome(report), "a:in_sync b:in_sync c:not_compared d:not_compared e:not_compared")
      const [first, ...others] = errorsOf(report)
      assert.deepInclude(first, { tag: error._tag, message: error.message, remedy: error.remedy })
      // They were never asked for: the request of another has no place in them.
      const spared = { ...first, message: first?.detail, request_id: null, attempts: 0 }
      assert.deepStrictEqual(others, [spared, spared] as typeof others)
      assert.strictEqual(report.exit_code, 3)
    })
  )

  it.effect("lets reads that are under way end when the token is refused", () =>
    Effect.gen(function* () {
      const refused = Effect.delay(Effect.fail(ofTheRun[0] as (typeof ofTheRun)[number]), 0.5 * second)
      const { asked, layer } = cloud((id) => (id === "i-a" ? refused : slow()))
      const report = yield* fromNow(check(manifest("a", "b", "c", "d"), options({ concurrency: 2 }))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(outcome(report), "a:not_compared b:in_sync c:not_compared d:not_compared")
      assert.deepStrictEqual(asked, ["i-a", "i-b"])
    })
  )

  it.effect("is an error where nothing could be read", () =>
    Effect.gen(function* () {
      const { layer } = cloud(() => Effect.fail(ofTheRun[0] as (typeof ofTheRun)[number]))
      const report = yield* fromNow(check(manifest("a", "b"), options({ allowEmpty: true }))).pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual([report.exit_code, report.complete, report.summary.compared], [1, false, 0])
    })
  )

  it.effect("ends with its time, and keeps what it has read", () =>
    Effect.gen(function* () {
      const { inFlight, layer } = cloud(slow)
      const report = yield* fromNow(check(manifest("a", "b", "c", "d"), options({ timeLimitMillis: 2500 }))).pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(outcome(report), "a:in_sync b:in_sync c:not_compared d:not_compared")
      assert.deepStrictEqual(
        [report.exit_code, report.complete, report.interrupted, report.duration_ms],
        [3, false, false, 2500]
      )
      const detail = "the run's time limit of 2s ended before it was read"
      for (const error of errorsOf(report))
        assert.deepInclude(error, { tag: "TimeLimit", detail, attempts: 0, retryable: true })
      assert.strictEqual(inFlight(), 0)
    })
  )

  it.effect("that is interrupted hands over what it knows, and names what it did not read", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const partial: Array<CheckReport> = []
      const { inFlight, layer } = cloud(slow)
      const onInterrupt = (report: CheckReport) => Effect.sync(() => void partial.push(report))
      const fiber = yield* check(manifest("a", "b", "c", "d"), options({ onInterrupt })).pipe(
        Effect.provide(layer),
        Effect.forkChild
      )
      yield* TestClock.adjust(2.5 * second)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(partial.length, 1)
      const report = partial[0] as CheckReport
      assert.strictEqual(outcome(report), "a:in_sync b:in_sync c:not_compared d:not_compared")
      assert.deepStrictEqual([report.exit_code, report.interrupted, report.complete], [130, true, false])
      assert.deepStrictEqual(
        errorsOf(report).map(({ tag }) => tag),
        ["Interrupted", "Interrupted"]
      )
      assert.strictEqual(report.duration_ms, 2500)
      assert.strictEqual(inFlight(), 0)
    })
  )

  it.effect("that is interrupted after its last read is not complete either", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      const partial: Array<CheckReport> = []
      const { layer } = cloud(slow)
      const onInterrupt = (report: CheckReport) => Effect.sync(() => void partial.push(report))
      const onProgress = (done: number, total: number) => (done === total ? Effect.never : Effect.void)
      const fiber = yield* check(manifest("a", "b"), options({ onInterrupt, onProgress })).pipe(
        Effect.provide(layer),
        Effect.forkChild
      )
      yield* TestClock.adjust(5 * second)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(partial.map(outcome), ["a:in_sync b:in_sync"])
      assert.deepStrictEqual([partial[0]?.exit_code, partial[0]?.complete], [130, false])
    })
  )

  it.effect("is not complete where a resource is in transition", () =>
    Effect.gen(function* () {
      const created = resource({ lastBackupTime: undefined, createdAt: ago(second) })
      const { layer } = cloud((id) => Effect.succeed(id === "i-b" ? created : inSync))
      const report = yield* fromNow(check(manifest("a", "b"), options())).pipe(Effect.provide(layer))
      assert.strictEqual(outcome(report), "a:in_sync b:pending")
      assert.deepStrictEqual([report.complete, report.exit_code, report.summary.coverage], [false, 3, 1])
    })
  )

  it.effect("does not call onInterrupt where it ends by itself", () =>
    Effect.gen(function* () {
      const calls: Array<CheckReport> = []
      const onInterrupt = (report: CheckReport) => Effect.sync(() => void calls.push(report))
      const { layer } = cloud(slow)
      yield* fromNow(check(manifest("a", "b"), options({ onInterrupt }))).pipe(Effect.provide(layer))
      yield* fromNow(check(manifest("a", "b"), options({ onInterrupt, timeLimitMillis: 1500 }))).pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual(calls, [])
    })
  )

  it.effect("tells its progress after each resource, also of those that it gave up", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const onProgress = (done: number, total: number) => Effect.sync(() => void told.push(`${done}/${total}`))
      const { layer } = cloud((id) => (id === "i-b" ? Effect.fail(ofTheRun[1] as (typeof ofTheRun)[number]) : slow()))
      yield* fromNow(check(manifest("a", "b", "c", "d"), options({ onProgress, concurrency: 2 }))).pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual(told, ["1/4", "2/4", "3/4", "4/4"])
    })
  )

  it.effect("counts its own requests only", () =>
    Effect.gen(function* () {
      const { layer } = cloud(slow)
      const twice = Effect.all([check(manifest("a", "b", "c"), options()), check(manifest("a"), options())])
      const [first, second] = yield* fromNow(twice).pipe(Effect.provide(layer))
      assert.deepStrictEqual(
        [first.requests, second.requests],
        [
          { sent: 6, retried: 3 },
          { sent: 2, retried: 1 }
        ]
      )
      assert.notStrictEqual(first.run_id, second.run_id)
    })
  )

  it.effect("reckons ages at the moment of the read", () =>
    Effect.gen(function* () {
      // Each backup is made half a second before it is read: of the future when the run began.
      const { layer } = cloud(() =>
        Effect.map(Clock.currentTimeMillis, (time) => resource({ lastBackupTime: fromEpochMillis(time - 500) })).pipe(
          Effect.delay("20 minutes")
        )
      )
      const report = yield* fromNow(
        check(manifest("a", "b", "c", "d"), options({ timeLimitMillis: 36_000 * second }))
      ).pipe(Effect.provide(layer))
      assert.strictEqual(outcome(report), "a:in_sync b:in_sync c:in_sync d:in_sync")
    })
  )

  it.effect("of an empty manifest is an error unless that is allowed", () =>
    Effect.gen(function* () {
      const { asked, layer } = cloud(slow)
      const runs = Effect.all([check(manifest(), options()), check(manifest(), options({ allowEmpty: true }))])
      const [refused, allowed] = yield* fromNow(runs).pipe(Effect.provide(layer))
      assert.deepStrictEqual([refused.exit_code, allowed.exit_code], [1, 0])
      assert.deepStrictEqual([refused.resources, refused.summary.coverage, asked], [[], 0, []])
    })
  )

  it.effect("gives a report that survives JSON", () =>
    Effect.gen(function* () {
      const late = resource({ lastBackupTime: ago(7200 * second), metadata: "\u001b[31m", enabled: false })
      const answers = [
        Effect.succeed(inSync),
        Effect.succeed(late),
        Effect.fail(notFound),
        ...ofOneResource.map(Effect.fail)
      ]
      const addresses = answers.map((_, index) => `vm-${index}`)
      const { layer } = cloud((id) => answers[addresses.indexOf(id.slice(2))] as (typeof answers)[number])
      const report = yield* fromNow(check(manifest(...addresses), options())).pipe(Effect.provide(layer))
      assert.deepStrictEqual(report.summary, summarize(report.resources, 0))
      const decoded = yield* Schema.decodeUnknownEffect(CheckReport)(JSON.parse(JSON.stringify(report)))
      assert.deepStrictEqual(decoded, report)
    })
  )
})

describe("failed", () => {
  it.effect("is an incomplete report without resources, with exit code 1 and the reasons", () =>
    Effect.gen(function* () {
      const diagnostics = [{ severity: "error", summary: "The file is empty", path: "backup.yaml" }] as const
      const report = yield* failed("1.2.3", diagnostics)
      assert.deepStrictEqual([report.exit_code, report.complete, report.summary.total], [1, false, 0])
      assert.deepStrictEqual(report.diagnostics, diagnostics)
      assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(CheckReport)(JSON.parse(JSON.stringify(report))), report)
    })
  )
})
