/**
 * The exporters of traces and metrics, apart from what decides about them: most runs need none of this.
 */
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as OtlpMetrics from "effect/observability/OtlpMetrics"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as References from "effect/References"
import type { Program } from "./Telemetry.ts"

/** A collector that does not answer keeps a result waiting for this long at most, in milliseconds. */
const patienceMillis = "1500"

const exporters = ({ name, version }: Program) =>
  Layer.unwrap(
    Effect.sync(() => {
      const resource = {
        ...((process.env.OTEL_SERVICE_NAME ?? "") === "" ? { serviceName: name } : {}),
        serviceVersion: version
      }
      return Layer.mergeAll(OtlpTracer.layerFromConfig({ resource }), OtlpMetrics.layerFromConfig({ resource }))
    })
  ).pipe(
    Layer.provide(OtlpSerialization.layerProtobuf),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(
      ConfigProvider.layerAdd(
        ConfigProvider.fromUnknown({
          // The standard's own defaults, which a program that names a collector means.
          OTEL_TRACES_EXPORTER: "otlp",
          OTEL_METRICS_EXPORTER: "otlp",
          OTEL_EXPORTER_OTLP_TIMEOUT: patienceMillis,
          OTEL_BSP_EXPORT_TIMEOUT: patienceMillis,
          OTEL_METRIC_EXPORT_TIMEOUT: patienceMillis
        })
      )
    )
  )

/** Exports to the collector; a setting that cannot be used is said, and costs the telemetry only. */
export const layer = (program: Program) =>
  Layer.catchCause(exporters(program), () =>
    Layer.effectDiscard(program.warn("the OTEL_* variables cannot be understood, and nothing is exported")).pipe(
      Layer.provideMerge(Layer.succeed(References.TracerEnabled, false))
    )
  )
