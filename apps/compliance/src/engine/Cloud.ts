/**
 * The clients of the cloud, as the environment describes it: made when they are needed first, and tried again where they could not
 * be. A service that starts before its key is there records failed runs until it comes.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import type { Transport } from "@holdfast/core/Transport"
import { Diagnostic } from "@holdfast/manifest/Diagnostic"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { toDiagnostics } from "../Failure.ts"

/** The cloud cannot be asked: the environment, the credentials or the addresses are wrong. */
export class CloudUnknown extends Schema.TaggedError<CloudUnknown>("@holdfast/compliance/CloudUnknown")(
  "CloudUnknown",
  { diagnostics: Schema.Array(Diagnostic) }
) {
  override get message() {
    return this.diagnostics[0]?.summary ?? "The cloud cannot be asked"
  }
}

/** What reads from the cloud. */
export type Clients = CloudBackup | Compute | Credentials

export class Cloud extends Context.Service<
  Cloud,
  { readonly clients: Effect.Effect<Context.Context<Clients>, CloudUnknown> }
>()("@holdfast/compliance/Cloud") {
  /** Over a transport. */
  static readonly layer: Layer.Layer<Cloud, never, Transport | FileSystem.FileSystem> = Layer.effect(
    Cloud,
    Effect.gen(function* () {
      const context = yield* Effect.context<Transport | FileSystem.FileSystem>()
      const scope = yield* Effect.scope
      const lock = yield* Semaphore.make(1)
      const clients = Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
        Layer.provideMerge(Credentials.layer),
        Layer.provide(Endpoints.layer)
      )
      let made: Context.Context<Clients> | undefined
      const make = Effect.suspend(() =>
        made === undefined ? Layer.buildWithScope(Layer.fresh(clients), scope) : Effect.succeed(made)
      ).pipe(
        Effect.tap((built) =>
          Effect.sync(() => {
            made = built
          })
        ),
        Effect.mapError((error) => new CloudUnknown({ diagnostics: toDiagnostics(error) })),
        Effect.provide(context)
      )
      return Cloud.of({ clients: lock.withPermits(1)(make) })
    })
  )
}
