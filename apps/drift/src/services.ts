/**
 * The layers under a check: the cloud as the environment describes it, or an emulator in this process.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Addresses, addressVariables } from "./flags.ts"

/** Reads a seed's file. */
export const readSeed = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(
    fs.readFileString(path),
    (error) => new Seed.SeedError({ source: path, detail: `the file cannot be read (${error.reason._tag})` })
  )
  return yield* Seed.parse(text, path)
})

/** Where the services are and how they are reached, by environment and flags. */
const layerNetwork = (addresses: Addresses) =>
  Endpoints.layer.pipe(
    Layer.provideMerge(NodeTransport.layer),
    Layer.provideMerge(
      ConfigProvider.layerAdd(ConfigProvider.fromUnknown(addressVariables(addresses)), { asPrimary: true })
    )
  )

/** The credentials alone, by environment and flags. */
export const layerCredentials = (addresses: Addresses) => Credentials.layer.pipe(Layer.provide(layerNetwork(addresses)))

/** The client of the cloud, by environment and flags. */
const layerCloud = (addresses: Addresses) =>
  CloudBackup.layerNoDeps.pipe(Layer.provideMerge(Credentials.layer), Layer.provide(layerNetwork(addresses)))

/** The client of an emulator that lives as long as the layer. */
const layerEmulated = (path: string) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const seed = yield* readSeed(path)
      const token = Redacted.make(seed.tokens[0] ?? Seed.defaultToken)
      const endpoints = Layer.unwrap(Effect.map(Emulator, ({ url }) => Endpoints.layerAt(url)))
      return CloudBackup.layerNoDeps.pipe(
        Layer.provideMerge(Credentials.layerToken(token, "the emulator's seed")),
        Layer.provide(endpoints),
        Layer.provide(Emulator.layer(seed)),
        Layer.provide(NodeTransport.layer)
      )
    })
  )

type Cloud = ReturnType<typeof layerCloud>
type Emulated = ReturnType<typeof layerEmulated>

/** The client that a check reads with, and its credentials. */
export const layer = (
  emulate: string | undefined,
  addresses: Addresses
): Layer.Layer<CloudBackup | Credentials, Layer.Error<Cloud> | Layer.Error<Emulated>, FileSystem.FileSystem> =>
  emulate === undefined ? layerCloud(addresses) : layerEmulated(emulate)
