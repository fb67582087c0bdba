import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mailServer, webhook } from "./receivers.ts"
import { compliance, directory, eventually, healthy, start, withEmulator } from "./support/replica.ts"

const manifest = "version: 1\ndefaults: {protected: true}\nresources:\n  web-1: {instance: epd1, severity: critical}\n"

const folder = (alerts: ReadonlyArray<string>, cron = "0 3 1 1 *") =>
  directory({
    "compliance.yaml": [
      "version: 1",
      'server: {listen: "127.0.0.1:0"}',
      `jobs: {nightly: {cron: "${cron}", manifests: backup.yaml}}`,
      "alerts:",
      ...alerts
    ].join("\n"),
    "backup.yaml": manifest,
    "secret.txt": "verysecret\n"
  })

/** A web server for as long as a test takes. */
const receiver = Effect.acquireRelease(
  Effect.promise(() => webhook((response) => response.end())),
  ({ close }) => Effect.promise(close)
)

const hook = (url: string) => `    siem: {webhook: "${url}", secret: {file: secret.txt}}`

const inFolder = (path: string, args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  compliance([...args, "--config", join(path, "compliance.yaml")], env)

describe("alerts of the program", () => {
  it.live("are sent by a run by hand before it ends: of what is new, once", () =>
    withEmulator({ resources: [healthy("epd1", { enabled: false })] }, (env) =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* receiver
          const path = folder(["  channels:", hook(server.url)])
          const runs = inFolder(path, ["run", "--job", "nightly"], env)
          assert.strictEqual((yield* runs).code, 2)
          assert.strictEqual((yield* runs).code, 2)
          const [first, ...others] = server.received
          assert.isEmpty(others)
          const { event, opened, severity } = JSON.parse(first?.body ?? "")
          assert.deepStrictEqual([event, severity, opened.items[0].address], ["drift_opened", "critical", "web-1"])
        })
      )
    )
  )

  it.live("are sent by replicas while they run, each once", () =>
    withEmulator({ resources: [healthy("epd1", { enabled: false })] }, (env) =>
      Effect.scoped(
        Effect.gen(function* () {
          const server = yield* receiver
          const path = folder(["  channels:", hook(server.url)], "*/2 * * * * *")
          const args = ["start", "--config", join(path, "compliance.yaml")]
          const replicas = [start(args, env), start(args, env)]
          const arrived = (count: number) =>
            Effect.promise(() =>
              eventually(`alert ${count}`, () => (server.received.length >= count ? true : undefined))
            )
          yield* arrived(1)
          writeFileSync(join(path, "backup.yaml"), manifest.replace("epd1", "epd2"))
          yield* arrived(2)
          for (const { ended, process } of replicas) {
            process.kill("SIGTERM")
            yield* Effect.promise(() => ended)
          }
          const ids = server.received.map(({ headers }) => headers["idempotency-key"])
          assert.strictEqual(new Set(ids).size, ids.length)
        })
      )
    )
  )

  it.live("can be tried, one channel at a time", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* receiver
        const mail = yield* Effect.acquireRelease(
          Effect.promise(() => mailServer({ disabledCommands: ["STARTTLS"] })),
          ({ close }) => Effect.promise(close)
        )
        const path = folder([
          `  smtp: {host: 127.0.0.1, port: ${mail.port}, security: none, from: holdfast@example.com}`,
          "  channels:",
          hook(server.url),
          "    chat: {slack: {env: CHAT_URL}}",
          "    mail: {email: ops@example.com}"
        ])
        const tried = (channel: string) =>
          inFolder(path, ["alerts", "test", "--channel", channel], { CHAT_URL: server.url })
        for (const channel of ["siem", "chat", "mail"]) {
          const { code, stderr, stdout } = yield* tried(channel)
          assert.deepStrictEqual([code, stdout], [0, `${channel}: sent\n`], stderr)
        }
        assert.include(server.received[0]?.body, '"event":"test"')
        assert.include(server.received[1]?.body, "this is a test, and nothing has happened")
        assert.include(mail.received[0]?.raw, "Subject: Holdfast: job nightly: this is a test")
        const slip = yield* tried("siemm")
        assert.strictEqual(slip.code, 1)
        assert.include(slip.stderr, 'There is no channel "siemm": did you mean "siem"?')
        yield* Effect.promise(server.close)
        const gone = yield* tried("siem")
        assert.strictEqual(gone.code, 1)
        assert.match(gone.stderr, /The alert could not be sent to siem: 127\.0\.0\.1:\d+ could not be reached/)
        assert.notInclude(gone.stderr, "verysecret")
      })
    )
  )
})
