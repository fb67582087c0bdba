import { type Figures, node, startServer } from "../measure.ts"
import { program, type Result, ratioOf } from "../scenario.ts"

interface Run {
  readonly millis: number
  readonly megabytes: number
}

const rounds = 5
const small = "100,000 resources, 1 % drifted"
const large = "1,000,000 resources, 1 % drifted"

/** A folder of a million, checked page by page: memory, and time beside that of a tenth. */
export const memory = async (): Promise<ReadonlyArray<Result>> => {
  const servers = [
    await startServer({ folder: 100_000, driftEvery: 100 }),
    await startServer({ folder: 1_000_000, driftEvery: 100 })
  ] as const
  const run = ({ url }: { readonly url: string }, count: number): Run =>
    JSON.parse(node([program("folder"), url, String(count)]))
  const runs = Array.from({ length: rounds }, () => [run(servers[0], 100_000), run(servers[1], 1_000_000)] as const)
  for (const { stop } of servers) stop()
  const figuresOf = (of: (run: Run) => number) => {
    const figures = (which: 0 | 1): Figures => runs.map((pair) => of(pair[which]))
    return { [small]: figures(0), [large]: figures(1) }
  }
  const megabytes = figuresOf((figures) => figures.megabytes)
  const millis = figuresOf((figures) => figures.millis)
  const at = (figures: Readonly<Record<string, Figures>>, name: string) => figures[name] ?? []
  return [
    {
      scenario: "memory of a check of a folder, by its packages",
      unit: "MB",
      figures: megabytes,
      ratios: [ratioOf("1,000,000 resources, MB", [at(megabytes, large), [1]], "at most", 300, 150)]
    },
    {
      scenario: "time of the same",
      unit: "ms",
      figures: millis,
      ratios: [ratioOf("1,000,000 ÷ 100,000", [at(millis, large), at(millis, small)], "at most", 11, 10)]
    }
  ]
}
