/**
 * The emulator in this process, by a seed's file, and its client.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export { defaultToken } from "@holdfast/emulator/Seed"

/** Reads a seed's file. */
export const readSeed = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    (error) => new Seed.SeedError({ source: path, detail: `the file cannot be read (${error.reason._tag})` })
  )
  return yield* Seed.parse(text, path)
})

/** The client of an emulator that lives as long as the layer. */
export const layer = (path: string) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const seed = yield* readSeed(path)
      const token = Redacted.make(seed.tokens[0] ?? Seed.defaultToken)
      const endpoints = Layer.unwrap(Effect.map(Emulator, ({ url }) => Endpoints.layerAt(url)))
      return Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
        Layer.provideMerge(Credentials.layerToken(token, "the emulator's seed")),
        Layer.provide(endpoints),
        Layer.provide(Emulator.layer(seed)),
        Layer.provide(NodeTransport.layer)
      )
    })
  )

/** Serves a seed at `host` and `port` until it is interrupted; `announce` is run once it listens. */
export const serve = <E, R>(
  seed: Seed.Seed,
  address: { readonly host: string; readonly port: number },
  announce: (url: string) => Effect.Effect<void, E, R>
) =>
  Layer.launch(
    Layer.effectDiscard(Effect.flatMap(Emulator, ({ url }) => announce(url))).pipe(
      Layer.provide(Emulator.layer(seed, address))
    )
  )
