import { assert, describe, expect, it } from "@effect/vitest"
import type { Alert } from "../src/alerts/Alert.ts"
import { announce, announceWaivers } from "../src/alerts/announce.ts"
import { emailOf } from "../src/alerts/email.ts"
import { slackBody } from "../src/alerts/slack.ts"
import { alertOf, alertsOf, changes, channel, finding, gone, now, run, waiverSeen } from "./alertData.ts"

const alerts = alertsOf([channel("ops")], { link: "https://holdfast.example" })

const news: Alert = alertOf(
  announce(alerts)(
    changes({
      opened: [
        finding("a", { severity: "critical", owner: "platform" }),
        finding("b", { kind: "missing", reason_code: "HF016" })
      ],
      resolved: [gone("c")],
      couldNotTellBefore: 4
    }),
    now
  )[0] ?? assert.fail()
)

const ending: Alert = alertOf(
  announceWaivers(alerts, [waiverSeen("w", "2026-10-20T00:00:00.000Z")], now)[0] ?? assert.fail()
)

const failed: Alert = alertOf(
  announce(alerts)(
    changes({
      run: run({ state: "failed", verdict: "error", summary: null, why: "backup.yaml:3:1: No credentials" }),
      couldNotTell: 1
    }),
    now
  )[0] ?? assert.fail()
)

const hostile = [
  "<!channel> <@U123> <https://evil.example|click>",
  "@here @channel @everyone",
  "*bold* _it_ ~gone~ `code` ```block```",
  "a\r\nBcc: victim@evil.example\r\n\r\nbody",
  "\u001b[31m\u202e\u0000",
  "<script>alert(1)</script><img src=x onerror=alert(1)>",
  "</b></li>&lt;",
  "[text](https://evil.example) ![x](https://evil.example/x.png)",
  ":white_check_mark: :tada:",
  "\ud800",
  "x".repeat(5_000)
]

/** The alert with another text in the place of each that others wrote. */
const holding = (text: string): Alert => {
  const changed = ({ address, ...rest }: Alert["opened"]["items"][number]) => ({
    ...rest,
    address: address === "" ? "" : text,
    instance_id: text,
    owner: text,
    reason: text,
    reason_code: text
  })
  return {
    ...news,
    job: text,
    opened: { ...news.opened, items: news.opened.items.map(changed) },
    resolved: { ...news.resolved, items: news.resolved.items.map(changed) }
  }
}

const textOf = (alert: Alert): string => JSON.parse(slackBody(alert)).text

describe("a message", () => {
  it.each(Object.entries({ news, ending, failed }))("of %s reads as agreed", async (name, alert) => {
    await expect(`${textOf(alert)}\n`).toMatchFileSnapshot(`snapshots/alerts/${name}.slack.txt`)
    const { html, subject, text } = emailOf(alert)
    await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`snapshots/alerts/${name}.email.txt`)
    await expect(html).toMatchFileSnapshot(`snapshots/alerts/${name}.email.html`)
  })

  it.each(hostile.map((text) => [text.slice(0, 40), text]))(
    "to Slack makes no mention, link or format of %j",
    (_, text) => {
      const written = textOf(holding(text))
      // Outside code spans stand our own words alone.
      const outside = written.replace(/`[^`\n]*`/g, "")
      assert.notMatch(outside, /[`<>@*_~[\]]|:[a-z_]+:/)
      assert.notMatch(written, /[<>]/)
      assert.notMatch(written, /[\u0000-\u0009\u000b-\u001f\u202e]/)
      assert.strictEqual(written.split("`").length % 2, 1)
      assert.isAtMost(written.length, 4_000)
    }
  )

  it.each(hostile.map((text) => [text.slice(0, 40), text]))(
    "by e-mail has a subject of one line, and HTML of our own elements alone, whatever %j",
    (_, text) => {
      const { html, subject, text: plain } = emailOf(holding(text))
      assert.notMatch(subject, /[\u0000-\u001f]/)
      assert.isAtMost(subject.length, 200)
      assert.notMatch(plain, /[\u0000-\u0009\u000b-\u001f\u202e]/)
      const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)[^>]*>/gi)].map(([, tag]) => tag))
      for (const tag of tags) {
        assert.include("html head meta title body h1 h2 ul li b i p a details summary DOCTYPE".split(" "), tag)
      }
      assert.strictEqual(html.split("<a ").length, 2)
    }
  )

  it("of thousands of findings is of bounded length, and says that it leaves some out", () => {
    const opened = Array.from({ length: 5_000 }, (_, index) => finding(String(index)))
    const many = alertOf(announce(alerts)(changes({ opened }), now)[0] ?? assert.fail())
    assert.isAtMost(textOf(many).length, 4_000)
    assert.include(textOf(many), "5000 new findings (100 high, \u2026)")
    assert.match(textOf(many), /and \d+ more/)
    assert.isAtMost(emailOf(many).html.length, 100_000)
    assert.include(emailOf(many).text, "and 4900 more findings")
  })
})
