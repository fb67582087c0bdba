import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { readConfig } from "../src/config/readConfig.ts"

const beginning = ["version: 1", 'jobs: {nightly: {cron: "0 3 * * *", manifests: backup.yaml}}', "alerts:"]

const read = (...lines: ReadonlyArray<string>) => readConfig("compliance.yaml", [...beginning, ...lines].join("\n"))

/** `line:column summary (suggestion?)` of each mistake. */
const mistakes = (...lines: ReadonlyArray<string>) =>
  Result.match(read(...lines), {
    onFailure: (diagnostics) =>
      diagnostics.map(({ column, line, suggestion, summary }) =>
        [`${line}:${column} ${summary}`, ...(suggestion === undefined ? [] : [`(${suggestion}?)`])].join(" ")
      ),
    onSuccess: () => []
  })

const valid = (...lines: ReadonlyArray<string>) =>
  Result.getOrThrowWith(read(...lines), (diagnostics) => new Error(JSON.stringify(diagnostics))).alerts

const channels = "  channels: {ops: {slack: {env: SLACK_URL}}}"

describe("alerts", () => {
  it("say who is told of what", () => {
    const alerts = valid(
      "  link: https://holdfast.example.com/",
      "  couldNotTell: 2",
      "  waiverDays: [3, 30]",
      "  smtp: {host: smtp.example.com, from: holdfast@example.com, user: holdfast, password: {file: smtp.txt}}",
      "  channels:",
      '    ops: {slack: {env: SLACK_URL}, quietHours: {from: "22:00", to: "7:30", timeZone: Europe/Moscow}}',
      "    siem: {webhook: https://siem.example.com/hook, secret: {file: siem.txt}}",
      "    mail: {email: [ops@example.com, cto@example.com]}",
      "  routes:",
      "    - {to: [ops, siem]}",
      "    - {to: mail, owners: platform, severity: high, jobs: nightly, events: [drift_resolved, drift_opened]}"
    )
    assert.deepStrictEqual(alerts, {
      link: "https://holdfast.example.com",
      couldNotTell: 2,
      waiverDays: [30, 3],
      smtp: {
        host: "smtp.example.com",
        port: 587,
        security: "starttls",
        user: "holdfast",
        password: { file: "smtp.txt" },
        from: "holdfast@example.com"
      },
      channels: [
        {
          name: "ops",
          target: { kind: "slack", url: { env: "SLACK_URL" } },
          quietHours: { from: 22 * 60, to: 7 * 60 + 30, timeZone: "Europe/Moscow" }
        },
        {
          name: "siem",
          target: { kind: "webhook", url: "https://siem.example.com/hook", secret: { file: "siem.txt" } },
          quietHours: undefined
        },
        { name: "mail", target: { kind: "email", to: ["ops@example.com", "cto@example.com"] }, quietHours: undefined }
      ],
      routes: [
        { channels: ["ops", "siem"] },
        {
          channels: ["mail"],
          owners: ["platform"],
          severity: "high",
          jobs: ["nightly"],
          events: ["drift_opened", "drift_resolved"]
        }
      ]
    })
  })

  it("lead everything everywhere where no route is named", () => {
    const { couldNotTell, routes, waiverDays } = valid(channels)
    assert.deepStrictEqual(routes, [{ channels: ["ops"] }])
    assert.deepStrictEqual([couldNotTell, waiverDays], [3, [14, 3]])
    assert.deepStrictEqual(valid(channels, "  waiverDays: []").waiverDays, [])
  })

  it("tell every mistake at once, with its place and what was meant", () => {
    const found = mistakes(
      "  chanels: {}",
      "  couldNotTell: 0",
      "  waiverDays: [14, 400]",
      "  smtp: {host: 'smtp.example.com:25', user: x, security: none, form: a@b.c}",
      "  channels:",
      "    ops: {slak: {env: X}}",
      "    both: {slack: {env: X}, email: a@b.example}",
      "    none: {}",
      "    hook: {webhook: http://siem.example.com}",
      "    mail: {email: [not an address]}",
      "    quiet: {slack: {env: 1X}, quietHours: {from: '25:00', too: '07:00', timeZone: moscow}}",
      "  routes:",
      "    - {to: [opps]}",
      "    - {severity: hihg, events: [drift], jobs: [nigthly]}",
      "    - {}"
    )
    assert.deepStrictEqual(
      found,
      [
        '4:3 `alerts` has no field "chanels" (channels?)',
        '5:17 `couldNotTell` is a whole number from 1 to 1000, and this is "0"',
        '6:20 A day of `waiverDays` is a whole number from 1 to 90, and this is "400"',
        "7:9 `smtp` has a `user`, and no `password`",
        '7:16 `host` is the name of a host, and this is "smtp.example.com:25"',
        '7:64 `smtp` has no field "form" (from?)',
        '9:11 The channel "ops" has no field "slak" (slack?)',
        '10:5 The channel "both" leads to two places: `slack` and `email`',
        '11:5 The channel "none" leads nowhere',
        '12:5 The channel "hook" has no `secret`',
        "12:21 `webhook` is plain http, which is for this machine only",
        '13:20 "not an address" is no e-mail address',
        '14:26 "1X" cannot be the name of an environment variable',
        '14:50 `from` is a time of day, and this is "25:00"',
        '14:59 `quietHours` has no field "too" (to?)',
        '14:83 There is no time zone "moscow" (Europe/Moscow?)',
        '16:13 There is no channel "opps" (ops?)',
        '17:18 Expected one of critical, high, medium, low, info, and this is "hihg" (high?)',
        '17:33 Expected one of run_failed, run_missed, could_not_tell, drift_opened, could_tell_again, drift_resolved, waiver_ends, and this is "drift"',
        '17:48 There is no job "nigthly" (nightly?)',
        "17:7 This route leads to no channel",
        "18:7 This route leads to no channel"
      ].toSorted(byPlace)
    )
  })

  it("show no line that a secret was written on", () => {
    const secret = "https://hooks.slack.com/services/T0/B0/verysecret"
    const result = read(`  channels: {ops: {slack: "${secret}", colour: red}}`)
    assert.isTrue(Result.isFailure(result))
    assert.notInclude(JSON.stringify(result), "verysecret")
    assert.deepStrictEqual(mistakes(`  channels: {ops: {slack: "${secret}"}}`), [
      "4:27 `slack` is a secret, and is not written here"
    ])
    const hook = read("  channels: {hook: {webhook: 'https://me:verysecret@siem.example.com', secret: {env: X}}}")
    assert.notInclude(JSON.stringify(hook), "verysecret")
  })

  it("take plain http and mail in the clear to this machine", () => {
    assert.deepStrictEqual(
      mistakes(
        "  smtp: {host: 127.0.0.1, port: 2525, security: none, from: holdfast@example.com}",
        "  channels: {hook: {webhook: 'http://127.0.0.1:8080/hook', secret: {env: X}}, mail: {email: a@b.example}}"
      ),
      []
    )
    assert.deepStrictEqual(
      mistakes("  smtp: {host: smtp.example.com, security: none, from: holdfast@example.com}", channels),
      ["4:44 Mail in the clear is for this machine only"]
    )
  })
})

const byPlace = (a: string, b: string): number => {
  const [line = 0, column = 0] = a.split(/[: ]/).map(Number)
  const [otherLine = 0, otherColumn = 0] = b.split(/[: ]/).map(Number)
  return line - otherLine || column - otherColumn
}
