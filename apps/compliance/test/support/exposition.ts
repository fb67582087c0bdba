/** A strict reader of Prometheus' text format, version 0.0.4: what it does not take, some scraper does not either. */

export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly name: string
  help: string | undefined
  type: string | undefined
  readonly series: Array<Series>
}

const escapes: Readonly<Record<string, string>> = { "\\\\": "\\", '\\"': '"', "\\n": "\n" }

/** The labels of `text`, which ends where it says. */
const labelsOf = (text: string, refuse: (why: string) => never): Readonly<Record<string, string>> => {
  const labels: Record<string, string> = {}
  let rest = text
  while (rest !== "") {
    const [whole = "", name = "", value = ""] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? []
    if (whole === "") refuse("labels are not written so")
    if (name in labels) refuse(`the label ${name} is there twice`)
    labels[name] = value.replace(/\\[\\"n]/g, (escape) => escapes[escape] ?? "")
    rest = rest.slice(whole.length)
  }
  return labels
}

const numberOf = (text: string): number =>
  text === "+Inf"
    ? Infinity
    : text === "-Inf"
      ? -Infinity
      : /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)
        ? Number(text)
        : Number.NaN

const checkHistogram = ({ name, series }: Family, refuse: (why: string) => never) => {
  const keyOf = ({ labels: { le: _, ...labels } }: Series) => JSON.stringify(Object.entries(labels).toSorted())
  for (const [key, of] of Map.groupBy(series, keyOf)) {
    const buckets = of.filter((one) => one.name === `${name}_bucket`)
    const bounds = buckets.map(({ labels }) => numberOf(labels.le ?? ""))
    const counts = buckets.map(({ value }) => value)
    const isRising = (all: ReadonlyArray<number>, strictly: boolean) =>
      all.every(
        (value, index) => index === 0 || (strictly ? value > (all[index - 1] ?? 0) : value >= (all[index - 1] ?? 0))
      )
    if (!isRising(bounds, true) || !isRising(counts, false) || bounds.at(-1) !== Infinity)
      refuse(`the buckets of ${key}`)
    const [count, ...more] = of.filter((one) => one.name === `${name}_count`)
    if (count?.value !== counts.at(-1) || more.length > 0) refuse(`the count of ${key}`)
    if (of.filter((one) => one.name === `${name}_sum`).length !== 1) refuse(`the sum of ${key}`)
  }
}

/** All series of a text; a text that is not written by the rules is an error. */
export const parse = (text: string): ReadonlyArray<Series> => {
  if (!text.endsWith("\n")) throw new Error("the last line does not end")
  const families: Array<Family> = []
  const lines = text.slice(0, -1).split("\n")
  for (const [index, line] of lines.entries()) {
    const refuse = (why: string): never => {
      throw new Error(`line ${index + 1}: ${why}: ${line}`)
    }
    const [, keyword, named = "", about = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? []
    if (keyword !== undefined) {
      if (families.at(-1)?.name !== named) {
        if (families.some(({ name }) => name === named)) refuse("a family comes twice")
        families.push({ name: named, help: undefined, type: undefined, series: [] })
      }
      const family = families.at(-1) ?? refuse("no family")
      if (family.series.length > 0) refuse("said after its samples")
      if (keyword === "HELP") family.help = family.help === undefined ? about : refuse("HELP twice")
      else if (family.type !== undefined || !/^(counter|gauge|histogram)$/.test(about)) refuse("TYPE")
      else family.type = about
      continue
    }
    const [, name = "", , labels = "", number = ""] =
      /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)$/.exec(line) ?? refuse("it is no sample")
    const family = families.at(-1) ?? refuse("no family")
    if (family.type === undefined || family.help === undefined) refuse("its family says too little")
    const suffixes = family.type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    if (!suffixes.some((suffix) => name === `${family.name}${suffix}`)) refuse("it is of another family")
    const value = numberOf(number)
    if (Number.isNaN(value)) refuse("it is no number")
    if (family.type !== "gauge" && value < 0) refuse("it is less than nothing")
    const one = { name, labels: labelsOf(labels, refuse), value }
    const same = (other: Series) =>
      other.name === name &&
      JSON.stringify(Object.entries(other.labels).toSorted()) === JSON.stringify(Object.entries(one.labels).toSorted())
    if (family.series.some(same)) refuse("it comes twice")
    family.series.push(one)
  }
  for (const family of families) {
    const refuse = (why: string): never => {
      throw new Error(`${family.name}: ${why}`)
    }
    if (family.series.length === 0) refuse("it has no samples")
    if (family.type === "histogram") checkHistogram(family, refuse)
    if (family.type === "counter" && !family.name.endsWith("_total")) refuse("a counter is called …_total")
  }
  return families.flatMap(({ series }) => series)
}
