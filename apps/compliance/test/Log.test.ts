/** What the log says, and what it never says. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, References } from "effect"
import { logger } from "../src/Log.ts"
import { scrubber } from "../src/scrub.ts"

const written = (
  isTerminal: boolean,
  effect: Effect.Effect<unknown, unknown>,
  env: Readonly<Record<string, string>> = {}
) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    yield* Effect.exit(effect).pipe(
      Effect.provide(Logger.layer([logger((line) => lines.push(line), { isTerminal, env })])),
      Effect.provideService(References.MinimumLogLevel, "Info")
    )
    return lines
  })

const json = (line: string | undefined) => JSON.parse(line ?? "")

describe("the log", () => {
  it.effect("is a JSON object a line, with the job and the run", () =>
    Effect.gen(function* () {
      const step = Effect.logInfo("The run is finished").pipe(Effect.annotateLogs({ job: "nightly", run_id: "r-1" }))
      const [line, ...more] = yield* written(false, step)
      assert.lengthOf(more, 0)
      const { timestamp, ...entry } = json(line)
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT/)
      assert.deepStrictEqual(entry, { level: "info", message: "The run is finished", job: "nightly", run_id: "r-1" })
    })
  )

  it.effect("is key=value on a terminal, and holds nothing that it acts upon", () =>
    Effect.gen(function* () {
      const [line] = yield* written(true, Effect.logWarning("a\u001b[31m \u202eb\n::error::"))
      assert.match(line ?? "", /^timestamp=\S+ level=warn message="a/)
      assert.notMatch(line ?? "", /[\u001b\n\u202e]/)
    })
  )

  it.effect("says why something failed, and where only of mistakes of our own", () =>
    Effect.gen(function* () {
      const error = new Error("Query failed", { cause: new Error("disk I/O error") })
      const failed = Effect.tapCause(Effect.fail(error), (cause) => Effect.logError("It is not written", cause))
      const [line] = yield* written(false, failed)
      assert.strictEqual(json(line).error, "Query failed: disk I/O error")
      assert.notProperty(json(line), "stack")
      const died = Effect.tapCause(Effect.die(error), (cause) => Effect.logError("It is not written", cause))
      const [other] = yield* written(false, died)
      assert.include(json(other).stack, "Log.test.ts")
    })
  )

  it.effect("says once a minute what a library complains of several times a second", () =>
    Effect.gen(function* () {
      const complain = Effect.ignore(Effect.tapCause(Effect.fail(new Error("Connection refused")), Effect.logWarning))
      const lines = yield* written(false, Effect.replicateEffect(complain, 50))
      assert.lengthOf(lines, 1)
      assert.include(json(lines[0]), { level: "warn", message: "Connection refused" })
      assert.notProperty(json(lines[0]), "stack")
    })
  )

  it.effect("never holds a secret, wherever it stands", () =>
    Effect.gen(function* () {
      const secret = "canary-8c1f0b7d"
      const said = Effect.logError(
        `refused: ${secret}`,
        new Error(`at postgres://holdfast:${secret}x@db/holdfast`)
      ).pipe(Effect.annotateLogs({ token: secret }))
      const lines = yield* written(false, said, { HOLDFAST_TOKEN: secret })
      assert.notInclude(lines.join(), "canary")
    })
  )
})

describe("scrubber", () => {
  const scrub = scrubber({
    YC_SERVICE_ACCOUNT_KEY_FILE: "/run/secrets/key.json",
    PGPASSWORD: "short",
    HOME: "/home/someone"
  })

  it.each([
    ["an IAM token", "t1.9euelZqUmpGYkpXKl8qWlpSUjM-Oje3rnpWa.abcdef_-"],
    ["an API key", "AQVNxyz0123456789abcdef"],
    ["an OAuth token", "y0_AgAAAAABCDEFGHIJKLMNOP"],
    ["a JSON Web Token", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"],
    ["what follows Bearer", "Bearer abc.def"],
    ["a password in an address", "postgres://user:hunter2@db:5432/x"],
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"]
  ])("takes out %s", (_, text) => {
    const scrubbed = scrub(`before ${text} after`)
    assert.include(scrubbed, "[secret]")
    assert.match(scrubbed, /^before .* after$/)
    assert.notMatch(scrubbed, /9eue|AQVNx|AgAA|hbGci|abc\.def|hunter2|MIIE/)
  })

  it("leaves paths and plain words", () => {
    const text = "cannot read /run/secrets/key.json of someone: it is short"
    assert.strictEqual(scrub(text), text)
  })
})
