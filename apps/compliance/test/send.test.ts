import { createHmac } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Result } from "effect"
import { ca, good, unknown } from "../../../packages/emulator/test/certificates.ts"
import type { Alert } from "../src/alerts/Alert.ts"
import type { Channel, Smtp, Target } from "../src/alerts/AlertsConfig.ts"
import { announce } from "../src/alerts/announce.ts"
import { send } from "../src/alerts/send.ts"
import { alertOf, alertsOf, changes, channel, finding, now } from "./alertData.ts"
import { mailServer, webhook } from "./receivers.ts"

const alert: Alert = alertOf(
  announce(alertsOf([channel("ops")]))(changes({ opened: [finding("a", { severity: "critical" })] }), now)[0] ??
    assert.fail()
)

let directory = ""
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-alerts-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A file that holds a secret. */
const secret = (text: string) => {
  const file = join(directory, `${crypto.randomUUID()}.txt`)
  writeFileSync(file, `${text}\n`)
  return { file }
}

const sent = (target: Target, of: Alert = alert, smtp?: Smtp): Promise<string> => {
  const to: Channel = channel("ops", { target })
  return Effect.runPromise(
    Effect.exit(send(alertsOf([to], { smtp }), to, of)).pipe(Effect.provide(NodeFileSystem.layer))
  ).then((exit) => {
    if (Exit.isSuccess(exit)) return "sent"
    const text = Cause.pretty(exit.cause)
    assert.notInclude(text, "verysecret")
    assert.notInclude(JSON.stringify(exit), "verysecret")
    const error = Cause.squash(exit.cause)
    return error instanceof Error ? error.message : text
  })
}

const slackTo = (url: string): Target => ({ kind: "slack", url: secret(url) })
const hookTo = (url: string): Target => ({ kind: "webhook", url, secret: secret("verysecret") })

describe("a webhook", () => {
  it("of Slack's kind gets a text", async () => {
    const server = await webhook((response) => response.end("ok"))
    assert.strictEqual(await sent(slackTo(server.url)), "sent")
    await server.close()
    const [request] = server.received
    assert.strictEqual(request?.headers["content-type"], "application/json")
    assert.include(JSON.parse(request?.body ?? "").text, "1 new finding (1 critical)")
  })

  it("gets the alert, signed over its time, with the idempotency key", async () => {
    const server = await webhook((response) => {
      response.statusCode = 204
      response.end()
    })
    assert.strictEqual(await sent(hookTo(server.url)), "sent")
    await server.close()
    const { body, headers } = server.received[0] ?? assert.fail()
    assert.deepStrictEqual(JSON.parse(body), { ...alert })
    assert.strictEqual(headers["idempotency-key"], alert.id)
    assert.strictEqual(headers["holdfast-event"], "drift_opened")
    const timestamp = String(headers["holdfast-timestamp"])
    assert.approximately(Number(timestamp), Date.now() / 1000, 60)
    const signature = createHmac("sha256", "verysecret").update(`${timestamp}.${body}`).digest("hex")
    assert.strictEqual(headers["holdfast-signature"], `v1=${signature}`)
  })

  it.each([
    [302, "wants to redirect (302), which is refused"],
    [307, "wants to redirect (307), which is refused"],
    [400, "answered with status 400"],
    [404, "answered with status 404"],
    [500, "answered with status 500"]
  ])("that answers %i is not said to have it, and nobody else gets it", async (status, why) => {
    const other = await webhook((response) => response.end())
    const server = await webhook((response) => {
      response.writeHead(status, { location: other.url })
      response.end("secret words: verysecret")
    })
    const said = await sent(hookTo(server.url))
    assert.include(said, why)
    assert.notInclude(said, "words")
    await server.close()
    await other.close()
    assert.lengthOf(server.received, 1)
    assert.isEmpty(other.received)
  })

  it("says how long to wait", async () => {
    for (const [value, expected] of [
      ["120", 120_000],
      ["999999", 3_600_000],
      ["soon", undefined]
    ] as const) {
      const server = await webhook((response) => {
        response.writeHead(429, { "retry-after": value })
        response.end()
      })
      const to = channel("ops", { target: slackTo(server.url) })
      const result = await Effect.runPromise(
        Effect.result(send(alertsOf([to]), to, alert)).pipe(Effect.provide(NodeFileSystem.layer))
      )
      assert.strictEqual(Result.isFailure(result) ? result.failure.retryAfterMillis : "sent", expected)
      await server.close()
    }
  })

  it("that answers without end has it, and costs nothing more", async () => {
    const server = await webhook((response) => {
      response.writeHead(200)
      const more = setInterval(() => response.write("x".repeat(100_000)), 1)
      response.on("close", () => clearInterval(more))
    })
    assert.strictEqual(await sent(slackTo(server.url)), "sent")
    await server.close()
  })

  it("that is not there, or whose secret is not, is named without its address", async () => {
    const server = await webhook((response) => response.end())
    await server.close()
    assert.match(await sent(slackTo(server.url)), /127\.0\.0\.1:\d+ could not be reached \(ECONNREFUSED\)/)
    assert.include(await sent({ kind: "slack", url: { env: "HOLDFAST_NOT_SET" } }), "HOLDFAST_NOT_SET is not set")
    assert.include(await sent({ kind: "slack", url: { file: join(directory, "none") } }), "NotFound")
    assert.include(await sent(slackTo("verysecret")), "its address is no URL")
    assert.include(await sent(slackTo("http://hooks.example/verysecret")), "its address is not https")
    assert.include(await sent(slackTo("https://me:verysecret@hooks.example/")), "holds a user name")
  })
})

const smtpAt = (port: number, more: Partial<Smtp> = {}): Smtp => ({
  host: "localhost",
  port,
  security: "starttls",
  user: "holdfast",
  password: secret("verysecret"),
  from: "holdfast@example.com",
  ...more
})

const mail: Target = { kind: "email", to: ["ops@example.com", "cto@example.com"] }

/** Headers, unfolded. */
const headersOf = (raw: string): ReadonlyArray<string> =>
  (raw.split("\r\n\r\n")[0] ?? "").replace(/\r\n[ \t]+/g, " ").split("\r\n")

describe("e-mail", () => {
  const before = getCACertificates("default")
  beforeAll(() => setDefaultCACertificates([...before, ca]))
  afterAll(() => setDefaultCACertificates(before))

  it("goes by STARTTLS, or TLS, with a password, to each address", async () => {
    for (const security of ["starttls", "tls"] as const) {
      const server = await mailServer({ ...good, secure: security === "tls" })
      assert.strictEqual(await sent(mail, alert, smtpAt(server.port, { security })), "sent")
      await server.close()
      const [letter] = server.received
      assert.deepInclude(letter, {
        from: "holdfast@example.com",
        to: ["ops@example.com", "cto@example.com"],
        user: "holdfast",
        isSecure: true
      })
      const headers = headersOf(letter?.raw ?? "")
      assert.include(headers, `Message-ID: <${alert.id}@example.com>`)
      assert.include(headers, "Auto-Submitted: auto-generated")
      assert.include(headers, "Subject: Holdfast: job nightly: 1 new finding (1 critical)")
      assert.include(letter?.raw, "text/plain")
      assert.include(letter?.raw, "text/html")
    }
  })

  it("goes nowhere in the clear, but on this machine where that is said", async () => {
    const server = await mailServer({ disabledCommands: ["STARTTLS"] })
    assert.include(await sent(mail, alert, smtpAt(server.port)), "did not take it")
    assert.isEmpty(server.received)
    const plain = smtpAt(server.port, { security: "none", user: undefined, password: undefined })
    assert.strictEqual(await sent(mail, alert, plain), "sent")
    assert.strictEqual(server.received[0]?.isSecure, false)
    await server.close()
    assert.include(await sent(mail, alert, { ...plain, host: "smtp.example.com" }), "for this machine only")
  })

  it("goes to nobody whose certificate nobody vouches for, and tells no password", async () => {
    const server = await mailServer({ ...unknown })
    assert.include(await sent(mail, alert, smtpAt(server.port)), "did not take it")
    await server.close()
    const strict = await mailServer({ ...good })
    const wrong = smtpAt(strict.port, { password: secret("verysecret too") })
    assert.include(await sent(mail, alert, wrong), "status 535")
    await strict.close()
    assert.isEmpty([...server.received, ...strict.received])
  })

  it("has no header, and no recipient, that a job's name or an address smuggles in", async () => {
    const server = await mailServer({ ...good })
    const smuggler = "x\r\nBcc: victim@evil.example\r\nSubject: owned\r\n\r\n<script>"
    const hostile: Alert = {
      ...alert,
      job: smuggler,
      opened: {
        ...alert.opened,
        items: alert.opened.items.map((item) => ({ ...item, address: smuggler, reason: "\r\n.\r\nQUIT\r\n" }))
      }
    }
    assert.strictEqual(await sent(mail, hostile, smtpAt(server.port)), "sent")
    await server.close()
    const [letter, ...others] = server.received
    assert.isEmpty(others)
    const headers = headersOf(letter?.raw ?? "")
    assert.deepStrictEqual(letter?.to, ["ops@example.com", "cto@example.com"])
    assert.isEmpty(headers.filter((header) => /^bcc:/i.test(header)))
    assert.lengthOf(
      headers.filter((header) => /^subject:/i.test(header)),
      1
    )
  })
})
