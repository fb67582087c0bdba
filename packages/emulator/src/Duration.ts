/**
 * Spans of time as a seed writes them: `90s`, `1h30m`, `-3h`, `+2d`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const pattern = /^([+-]?)((?:\d+(?:ms|s|m|h|d))+)$/

/** The span that `text` writes in milliseconds, or `undefined` where it writes none. */
export const parse = (text: string): number | undefined => {
  const match = pattern.exec(text)
  if (match === null) return undefined
  let millis = 0
  for (const [, amount, unit] of (match[2] as string).matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    millis += Number(amount) * (unitMillis[unit as string] as number)
  }
  return match[1] === "-" ? -millis : millis
}

/** A span of time in milliseconds, written as text. */
export const DurationMillis = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Finite,
    SchemaTransformation.transformEffect<number, string>({
      decode: (text, options) => {
        const millis = parse(text)
        return millis === undefined
          ? Effect.fail(
              new SchemaIssue.InvalidValue({ expected: "a duration such as 90s, 1h30m or -3h" }, text, options)
            )
          : Effect.succeed(millis)
      },
      encode: (millis) => Effect.succeed(`${millis}ms`)
    })
  )
)
