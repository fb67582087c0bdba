/**
 * Traces and metrics over OTLP, where the standard `OTEL_*` variables ask for them; nothing runs otherwise, since spans that
 * nobody collects cost time.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"

/** Which program it is. */
export interface Program {
  /** The service's name, unless `OTEL_SERVICE_NAME` gives another. */
  readonly name: string
  readonly version: string
  /** Told once where the variables cannot be understood. */
  readonly warn: (text: string) => Effect.Effect<void>
}

const isSet = (name: string): boolean => (process.env[name] ?? "").trim() !== ""

/** Whether the environment names a collector. */
const isWanted = (): boolean =>
  process.env.OTEL_SDK_DISABLED?.toLowerCase() !== "true" &&
  ["", "_TRACES", "_METRICS"].some((signal) => isSet(`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`))

/** Exports what the environment asks for, or traces nothing. */
export const layer = (program: Program) =>
  Layer.unwrap(
    Effect.suspend(() =>
      isWanted()
        ? Effect.promise(() => import("./Otlp.ts").then((otlp) => otlp.layer(program)))
        : Effect.succeed(Layer.succeed(References.TracerEnabled, false))
    )
  )
