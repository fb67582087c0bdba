/**
 * The layers under a check: the cloud as the environment describes it, or an emulator in this process.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { type Addresses, addressVariables } from "./addresses.ts"

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

/** The client of an emulator in this process, which is loaded only where it is asked for. */
const layerEmulated = (path: string) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./emulated.ts")),
      ({ layer }) => layer(path)
    )
  )

type Cloud = ReturnType<typeof layerCloud>
type Emulated = ReturnType<typeof layerEmulated>

/** The client that a check reads with, and its credentials. */
export const layer = (
  emulate: string | undefined,
  addresses: Addresses
): Layer.Layer<CloudBackup | Credentials, Layer.Error<Cloud> | Layer.Error<Emulated>, FileSystem.FileSystem> =>
  emulate === undefined ? layerCloud(addresses) : layerEmulated(emulate)
