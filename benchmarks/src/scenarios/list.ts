import { alternate, median, startServer } from "../measure.ts"
import { perSecond } from "../runs.ts"
import { type Result, ratioOf } from "../scenario.ts"

/** A folder of 100,000 resources, by its pages. */
export const list = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer({ folder: 100_000 })
  const run = (name: string) => () => perSecond(name, "list", url, 100_000)
  const figures = alternate({ ours: run("ours"), "plain undici + JSON.parse": run("plain") }, 9)
  stop()
  return [
    {
      scenario: "list",
      unit: "per second",
      figures,
      ratios: [
        {
          name: "resources a second, one core",
          value: median(figures.ours),
          limit: 120_000,
          aim: 200_000,
          direction: "at least"
        },
        ratioOf(
          "time of 100,000 ÷ plain undici + JSON.parse",
          [figures["plain undici + JSON.parse"], figures.ours],
          "at most",
          1.5,
          1.2
        )
      ]
    }
  ]
}
