import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parsed } from "../../../packages/report/test/parsedHtml.ts"
import { disabled, drifted, report, row } from "../../../packages/report/test/reports.ts"
import { job, running } from "./support/dashboard.ts"
import { day, run } from "./support/months.ts"

/** Today at midnight in UTC, when the jobs of these tests were due. */
const today = Math.floor(Date.now() / day) * day

describe("pages of jobs that have told little", { timeout: 60_000 }, () => {
  const { ask } = running({ jobs: [job("new"), job("failing"), job("good"), job("drifting")] }, (hands) =>
    Effect.all([
      run(hands, "failing", today, "There is no such file"),
      run(hands, "good", today, report([row("a")])),
      run(hands, "drifting", today, report([drifted("b", [disabled])]))
    ])
  )
  const textOf = async (path: string) => parsed((await ask(path)).body).text

  it.each([
    ["new", "not known"],
    // It never had a result: that nothing is open is nobody's word.
    ["failing", "not known"],
    ["good", "0"],
    ["drifting", "1"]
  ])("tell of %s that its open findings are %s", async (name, open) => {
    assert.match(await textOf(`/jobs/${name}`), new RegExp(`open findings ?${open}`))
  })

  it("tell what a trend of one day is, once, and what its colours are", async () => {
    const day = new Date(today).toISOString().slice(0, 10)
    const text = await textOf("/jobs/drifting")
    assert.include(text, `By day: 0.0 % in sync on ${day}; no result on 29 of 30 days.`)
    const { elements } = parsed((await ask("/")).body)
    const legend = elements.filter(({ attrs }) => attrs.some(({ value }) => value === "counts legend"))
    assert.lengthOf(legend, 1)
    assert.notInclude(await textOf("/jobs/failing"), "By day")
  })
})
