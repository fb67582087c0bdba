import { alternate, median, startServer } from "../measure.ts"
import { perSecond } from "../runs.ts"
import { type Result, ratioOf } from "../scenario.ts"

/** A folder of 100,000 resources, by its pages. */
export const list = async (): Promise<ReadonlyArray<Result>> => {
  const { stop, url } = await startServer({ folder: 100_000 })
  const run = (name: string, work: "list" | "collect") => () => perSecond(name, work, url, 100_000)
  const figures = alternate(
    {
      "ours, page by page": run("ours", "list"),
      "ours, as a set of all (readFolder)": run("ours", "collect"),
      "plain undici + JSON.parse, page by page": run("plain", "list")
    },
    9
  )
  stop()
  return [
    {
      scenario: "list",
      unit: "per second",
      figures,
      ratios: [
        {
          name: "resources a second, one core",
          value: median(figures["ours, page by page"]),
          limit: 120_000,
          aim: 200_000,
          direction: "at least"
        },
        ratioOf(
          "time of 100,000 ÷ plain undici + JSON.parse",
          [figures["plain undici + JSON.parse, page by page"], figures["ours, page by page"]],
          "at most",
          1.5,
          1.2
        )
      ]
    }
  ]
}
