/**
 * The layers under a command that reads: the cloud as the environment describes it, or an emulator in this process.
 */
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import * as RetryPolicy from "@holdfast/core/RetryPolicy"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
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

/** The clients of the cloud, by environment and flags. */
const layerCloud = (addresses: Addresses) =>
  Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
    Layer.provideMerge(Credentials.layer),
    Layer.provide(layerNetwork(addresses))
  )

/** The clients of an emulator in this process, which is loaded only where it is asked for. */
const layerEmulated = (path: string) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => import("./emulated.ts")),
      ({ layer }) => layer(path)
    )
  )

type Cloud = ReturnType<typeof layerCloud>
type Emulated = ReturnType<typeof layerEmulated>

/** The clients that a command reads with, and their credentials. */
const layer = (
  emulate: string | undefined,
  addresses: Addresses
): Layer.Layer<
  CloudBackup | Compute | Credentials,
  Layer.Error<Cloud> | Layer.Error<Emulated>,
  FileSystem.FileSystem
> => (emulate === undefined ? layerCloud(addresses) : layerEmulated(emulate))

/** How failed requests are repeated, by the words of `--retry-policy`. */
export const retryPolicies = {
  standard: RetryPolicy.standard,
  patient: RetryPolicy.patient,
  none: RetryPolicy.none
}

/** How long this process runs. `performance.now` says the same, and takes more than a millisecond to load. */
export const elapsedMillis = () => process.uptime() * 1_000

/** The run's time ended before reading could begin. */
class TimeLimit extends Schema.TaggedError<TimeLimit>("@holdfast/drift/TimeLimit")("TimeLimit", {}) {
  readonly remedy = "Allow more time with --timeout, and check the addresses of the services."
  override get message() {
    return "The run's time limit ended before the services and the credentials were found"
  }
}

/** The clients and their credentials. Whoever sets a limit means the time that the command takes, starting included. */
export const found = (options: Addresses & { readonly emulate: string | undefined; readonly timeout: number }) =>
  Effect.timeoutOrElse(Layer.build(layer(options.emulate, options)), {
    duration: Math.max(0, options.timeout - elapsedMillis()),
    orElse: () => Effect.fail(new TimeLimit())
  })
