/**
 * Traces and metrics over OTLP, where the standard `OTEL_*` variables ask for them; nothing runs otherwise, since spans that
 * nobody collects cost time.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"

const isSet = (name: string): boolean => (process.env[name] ?? "").trim() !== ""

/** Whether the environment names a collector. */
const isWanted = (): boolean =>
  process.env.OTEL_SDK_DISABLED?.toLowerCase() !== "true" &&
  ["", "_TRACES", "_METRICS"].some((signal) => isSet(`OTEL_EXPORTER_OTLP${signal}_ENDPOINT`))

/** Exports what the environment asks for, or traces nothing. */
export const layer = Layer.unwrap(
  Effect.suspend(() =>
    isWanted()
      ? Effect.promise(() => import("./Otlp.ts").then((otlp) => otlp.layer))
      : Effect.succeed(Layer.succeed(References.TracerEnabled, false))
  )
)
