/**
 * Times what is compared, fairly: one run of each in turn, several times over, so that a slow moment of the machine strikes
 * all of them.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

/** What is timed, by name: each call is one run, and gives its figure. */
export type Contenders = Readonly<Record<string, () => number>>

/** The figures of one contender, in the order of the rounds. */
export type Figures = ReadonlyArray<number>

/** The figure below which `share` of all lie. */
export const quantile = (figures: Figures, share: number): number =>
  figures.toSorted((one, other) => one - other)[Math.floor(figures.length * share)] ?? Number.NaN

export const median = (figures: Figures): number => quantile(figures, 0.5)

/** The middle half of the figures, as a share of the median. */
export const spread = (figures: Figures): number =>
  (quantile(figures, 0.75) - quantile(figures, 0.25)) / median(figures)

/** Runs each of `contenders` so many times, in turns. */
export const alternate = <C extends Contenders>(contenders: C, rounds: number): Readonly<Record<keyof C, Figures>> => {
  const names = Object.keys(contenders) as Array<keyof C & string>
  const figures = Object.fromEntries(names.map((name) => [name, [] as Array<number>]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) figures[name]?.push(contenders[name]?.() ?? Number.NaN)
  }
  return figures as unknown as Readonly<Record<keyof C, Figures>>
}

interface Environment {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Runs Node with `args` to its end; what it printed. */
export const node = (args: ReadonlyArray<string>, { cwd, env }: Environment = {}): string =>
  execFileSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, HOLDFAST_METADATA_URL: "http://127.0.0.1:1", ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["ignore", "pipe", "ignore"]
  })

/** How long `work` takes, in milliseconds. */
export const timeOf = (work: () => void): number => {
  const startedAt = performance.now()
  work()
  return performance.now() - startedAt
}

/** How long Node takes to run `args` and to end, in milliseconds. */
export const timeOfNode = (args: ReadonlyArray<string>, environment?: Environment): number =>
  timeOf(() => node(args, environment))

/** Whether a peer can be measured here. */
export const isInstalled = (command: string): boolean =>
  spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0

/** Starts a program that prints its address in a line and serves until it is stopped, or its standard input ends with us. */
export const start = async (path: string, env: Readonly<Record<string, string>> = {}) => {
  const server = spawn(process.execPath, [path], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env }
  })
  const [url] = await once(createInterface({ input: server.stdout }), "line")
  return { url: String(url), stop: () => server.stdin.end() }
}

/** Starts the benchmarks' server with a folder of so many resources, one of `driftEvery` of them drifted. Default: none. */
export const startServer = ({ driftEvery = 0, folder }: { readonly folder: number; readonly driftEvery?: number }) =>
  start(`${import.meta.dirname}/benchServer.ts`, {
    HOLDFAST_BENCH_FOLDER: String(folder),
    HOLDFAST_BENCH_DRIFT: String(driftEvery)
  })
