/**
 * The client of Compute Cloud's read API: which instances there are, for those that Cloud Backup does not know.
 *
 * Every read needs the role `compute.viewer` on the folder, follows `RetryPolicy.CurrentRetryPolicy`, and fails with a
 * `CloudBackupError`. With `CloudBackup` in one program it shares transport, tokens and request counters.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CloudBackupError, CredentialsError } from "./CloudBackupError.ts"
import { Credentials } from "./Credentials.ts"
import { Endpoints, type EndpointsError } from "./Endpoints.ts"
import { type Instance, InstanceFromJson } from "./Instance.ts"
import * as ApiClient from "./internal/ApiClient.ts"
import { checkId, itemsOf, nextPageToken, pages } from "./internal/paging.ts"
import { list, message } from "./internal/protoJson.ts"
import type { Transport } from "./Transport.ts"

const InstancesAnswer = message(Schema.Struct({ instances: list(InstanceFromJson), nextPageToken }))

/** What to list. */
export interface ListInstances {
  readonly folderId: string
  /** Instances in a page: 1 to 1,000. Default: 1,000, the API's most. */
  readonly pageSize?: number
  /**
   * An expression of the API, such as `name="web-1"`. It knows `id`, `name`, `created_at`, `status`, `zone_id` and
   * `platform_id`; labels it does not know: filter those yourself.
   */
  readonly filter?: string
}

/** Reads from Compute Cloud: the instances of a folder. */
export class Compute extends Context.Service<
  Compute,
  {
    /** The instances of a folder (`Instance.list`), an array for each page, each page read when it is asked for. */
    readonly listInstances: (options: ListInstances) => Stream.Stream<ReadonlyArray<Instance>, CloudBackupError>
    /** The base URL that it reads from. */
    readonly endpoint: string
  }
>()("@holdfast/core/Compute") {
  /**
   * The client over a transport, credentials and endpoints of the caller's own. Each use makes one: two of them with different
   * credentials must not be taken for the same.
   */
  static readonly layerNoDeps: Layer.Layer<Compute, never, Transport | Credentials | Endpoints> = Layer.effect(
    Compute,
    Effect.gen(function* () {
      const endpoint = (yield* Endpoints).compute
      const instances = `${endpoint}/compute/v1/instances`
      const client = yield* ApiClient.current
      return Compute.of({
        endpoint,
        listInstances: ({ filter, folderId, pageSize }) =>
          Stream.unwrap(
            Effect.as(
              checkId(instances, "folderId", folderId),
              itemsOf(
                pages(client, {
                  name: "Compute.listInstances",
                  url: instances,
                  query: { folderId, filter },
                  answer: InstancesAnswer,
                  itemsOf: (page) => page.instances,
                  pageSize
                })
              )
            )
          )
      })
    })
  ).pipe(Layer.fresh)

  /** The client that the environment describes, as `CloudBackup.layer` is. */
  static readonly layer: Layer.Layer<
    Compute,
    CredentialsError | EndpointsError | Config.ConfigError,
    Transport | FileSystem.FileSystem
  > = this.layerNoDeps.pipe(Layer.provide(Credentials.layer), Layer.provide(Endpoints.layer))
}
