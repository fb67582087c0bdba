/**
 * Prometheus' text format, version 0.0.4. Pure.
 */

/** What it is sent as. */
export const contentType = "text/plain; version=0.0.4; charset=utf-8"

export interface Sample {
  /** What follows the family's name, such as `_bucket`. */
  readonly suffix?: "" | "_bucket" | "_sum" | "_count"
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Samples of one meaning. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly samples: ReadonlyArray<Sample>
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")

/** A job can be called anything; lone surrogates would be no UTF-8. */
const labelValue = (text: string): string => escaped(text).replaceAll('"', '\\"').toWellFormed()

const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? "+Inf" : value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)

const line = (name: string, { labels, suffix = "", value }: Sample): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelValue(text)}"`)
  return `${name}${suffix}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${numberText(value)}\n`
}

/** The text; families without samples are left out. */
export const exposition = (families: ReadonlyArray<Family>): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .map(({ help, name, samples, type }) =>
      [
        `# HELP ${name} ${escaped(help)}\n`,
        `# TYPE ${name} ${type}\n`,
        ...samples.map((sample) => line(name, sample))
      ].join("")
    )
    .join("")
