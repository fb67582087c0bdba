/**
 * The client of Cloud Backup's read API. It only reads: there is no method that changes anything.
 *
 * Every read needs the role `backup.viewer` on the folder, follows `RetryPolicy.CurrentRetryPolicy`, and fails with a
 * `CloudBackupError`.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type CloudBackupError, type CredentialsError, InvalidRequest } from "./CloudBackupError.ts"
import { Credentials } from "./Credentials.ts"
import { Endpoints, type EndpointsError } from "./Endpoints.ts"
import * as ApiClient from "./internal/ApiClient.ts"
import { message } from "./internal/protoJson.ts"
import { InstanceId, type Resource, ResourceFromJson } from "./Resource.ts"
import type { Transport } from "./Transport.ts"

const GetAnswer = message(Schema.Struct({ resource: ResourceFromJson }))

const ListAnswer = message(
  Schema.Struct({
    resources: Schema.Array(ResourceFromJson).pipe(Schema.withDecodingDefaultKey(Effect.succeed([]))),
    nextPageToken: Schema.optionalKey(Schema.String)
  })
)

/** The longest body that a get is read to, and a list: 1,000 resources are about 600 kB. */
const maxGetBytes = 1024 * 1024
const maxListBytes = 8 * 1024 * 1024

/** Ids of folders have the shape of ids of instances. */
const isId = Schema.is(InstanceId)

/** What to list. */
export interface ListResources {
  readonly folderId: string
  /** Resources in a page: 1 to 1,000. Default: 1,000, the API's most. */
  readonly pageSize?: number
  /** Only resources of this type, such as `COMPUTE`. */
  readonly type?: string
}

export class CloudBackup extends Context.Service<
  CloudBackup,
  {
    /**
     * What Cloud Backup knows of an instance (`Resource.get`). Fails with `ResourceNotFound` where the service does not
     * know it, with `InvalidRequest`, before anything is sent, where `id` cannot be an instance's id.
     */
    readonly getResource: (
      id: string,
      options?: { readonly includeTenantInfo?: boolean }
    ) => Effect.Effect<Resource, CloudBackupError>
    /**
     * The resources of a folder (`Resource.list`), an array for each page, each page read when it is asked for. The same
     * instance may come more than once: an inactive left-over beside the active one.
     */
    readonly listResources: (options: ListResources) => Stream.Stream<ReadonlyArray<Resource>, CloudBackupError>
    /** The base URL that it reads from. */
    readonly endpoint: string
    /**
     * How far the service's clock is ahead of this machine's, by the `Date` of its last good answer, in milliseconds; 0 up to
     * 30 seconds, and before the first answer. Ages of what the service reports are to be reckoned by its own clock.
     */
    readonly clockSkewMillis: Effect.Effect<number>
    /** Requests sent since this client was made. */
    readonly requests: Effect.Effect<ApiClient.RequestCount>
  }
>()("@holdfast/core/CloudBackup") {
  /** The client over a transport, credentials and endpoints of the caller's own. */
  static readonly layerNoDeps: Layer.Layer<CloudBackup, never, Transport | Credentials | Endpoints> = Layer.effect(
    CloudBackup,
    Effect.gen(function* () {
      const endpoint = (yield* Endpoints).backup
      const base = `${endpoint}/backup/v1/resources`
      const client = yield* ApiClient.make

      const getResource = Effect.fn("CloudBackup.getResource")(function* (
        id: string,
        options?: { readonly includeTenantInfo?: boolean }
      ) {
        yield* Effect.annotateCurrentSpan({ id })
        if (!isId(id)) return yield* invalidId("computeInstanceId", id, base)
        const answer = yield* client.read({
          url: `${base}/${id}${options?.includeTenantInfo === true ? "?includeTenantInfo=true" : ""}`,
          answer: GetAnswer,
          maxBodyBytes: maxGetBytes,
          mismatch: ({ resource }) =>
            resource.computeInstanceId === id ? undefined : `the answer is about ${resource.computeInstanceId}`
        })
        return answer.resource
      })

      const listPage = Effect.fn("CloudBackup.listResources")(function* (
        options: ListResources,
        pageToken: string,
        read: Set<string>
      ) {
        yield* Effect.annotateCurrentSpan({ folderId: options.folderId })
        if (!isId(options.folderId)) return yield* invalidId("folderId", options.folderId, base)
        const query = new URLSearchParams({
          folderId: options.folderId,
          pageSize: String(options.pageSize ?? 1000),
          ...(pageToken === "" ? {} : { pageToken }),
          ...(options.type === undefined ? {} : { type: options.type })
        })
        read.add(pageToken)
        return yield* client.read({
          url: `${base}?${query}`,
          answer: ListAnswer,
          maxBodyBytes: maxListBytes,
          // Pages that go round would be read for ever.
          mismatch: ({ nextPageToken }) =>
            nextPageToken !== undefined && nextPageToken !== "" && read.has(nextPageToken)
              ? "the page names one that was read before as the next one"
              : undefined
        })
      })

      return CloudBackup.of({
        endpoint,
        getResource,
        listResources: (options) =>
          Stream.suspend(() => {
            const read = new Set<string>()
            return Stream.paginate("", (pageToken) =>
              Effect.map(listPage(options, pageToken, read), ({ nextPageToken, resources }) => [
                [resources],
                nextPageToken === undefined || nextPageToken === "" ? Option.none() : Option.some(nextPageToken)
              ])
            )
          }),
        clockSkewMillis: client.skewMillis,
        requests: client.count
      })
    })
  )

  /**
   * The client that the environment describes: `Credentials.layer` and `Endpoints.layer` say which variables are read. The
   * requests are carried by `NodeTransport.layer`, or by `HttpClientTransport.layer` on other runtimes.
   */
  static readonly layer: Layer.Layer<
    CloudBackup,
    CredentialsError | EndpointsError | Config.ConfigError,
    Transport | FileSystem.FileSystem
  > = this.layerNoDeps.pipe(Layer.provide(Credentials.layer), Layer.provide(Endpoints.layer))
}

const invalidId = (field: string, value: string, url: string) =>
  new InvalidRequest({
    method: "GET",
    url,
    detail: `${JSON.stringify(value.slice(0, 60))} cannot be an id`,
    fieldViolations: [{ field, description: "1 to 50 lower-case letters, digits, - or _" }],
    attempts: 0
  })
