/**
 * The client of Cloud Backup's read API. It only reads: there is no method that changes anything.
 *
 * Every read needs the role `backup.viewer` on the folder, follows `RetryPolicy.CurrentRetryPolicy`, and fails with a
 * `CloudBackupError`. Ids are checked before anything is sent: what cannot be one fails with `InvalidRequest`.
 */
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { CloudBackupError, CredentialsError } from "./CloudBackupError.ts"
import { Credentials } from "./Credentials.ts"
import { Endpoints, type EndpointsError } from "./Endpoints.ts"
import * as ApiClient from "./internal/ApiClient.ts"
import { collect, type FolderResources, type ReadFolder } from "./internal/folderResources.ts"
import { checkId, flawOfId, itemsOf, nextPageToken, pages } from "./internal/paging.ts"
import { list, message } from "./internal/protoJson.ts"
import { type Policy, type PolicyApplication, PolicyApplicationFromJson, PolicyFromJson } from "./Policy.ts"
import type { RequestCount } from "./RequestCount.ts"
import { type Resource, ResourceFromJson } from "./Resource.ts"
import { type Task, TaskFromJson } from "./Task.ts"
import type { Transport } from "./Transport.ts"

const GetAnswer = message(Schema.Struct({ resource: ResourceFromJson }))
const ResourcesAnswer = message(Schema.Struct({ resources: list(ResourceFromJson), nextPageToken }))
const TasksAnswer = message(Schema.Struct({ tasks: list(TaskFromJson), nextPageToken }))
const PoliciesAnswer = message(Schema.Struct({ policies: list(PolicyFromJson) }))
const ApplicationsAnswer = message(Schema.Struct({ applications: list(PolicyApplicationFromJson) }))

/** The longest body that a get is read to, and a list that is not paged. */
const maxGetBytes = 1024 * 1024
const maxListBytes = 8 * 1024 * 1024

/** What to list. */
export interface ListResources {
  readonly folderId: string
  /** Resources in a page: 1 to 1,000. Default: 1,000, the API's most. */
  readonly pageSize?: number
  /** Only resources of this type, such as `COMPUTE`. */
  readonly type?: string
}

/** Reads from Cloud Backup: resources, their tasks, policies and the instances that these are applied to. */
export class CloudBackup extends Context.Service<
  CloudBackup,
  {
    /**
     * What Cloud Backup knows of an instance (`Resource.get`). Fails with `ResourceNotFound` where the service does not
     * know it.
     */
    readonly getResource: (
      id: string,
      options?: { readonly includeTenantInfo?: boolean }
    ) => Effect.Effect<Resource, CloudBackupError>
    /**
     * The resources of a folder (`Resource.list`), an array for each page, each page read when it is asked for. The same
     * instance may come more than once: an inactive left-over beside the active one, or again after a page token that had
     * grown old has made the list begin again. `readFolder` makes a set of it.
     */
    readonly listResources: (options: ListResources) => Stream.Stream<ReadonlyArray<Resource>, CloudBackupError>
    /**
     * All resources of a folder, each instance once: the active one of several counts. An instance that comes twice with
     * different contents is `conflicting`: nothing is known of it. `only` some instances are kept, at most `maxPages` are read:
     * a longer list is not `isWhole`, and nothing is told of it.
     */
    readonly readFolder: (folderId: string, options?: ReadFolder) => Effect.Effect<FolderResources, CloudBackupError>
    /**
     * The tasks of an instance (`Resource.listTasks`), newest first as the API gives them, an array for each page. `pageSize`:
     * 1 to 1,000, default 1,000.
     */
    readonly listTasks: (
      instanceId: string,
      options?: { readonly pageSize?: number }
    ) => Stream.Stream<ReadonlyArray<Task>, CloudBackupError>
    /** The policies of a folder, or those that are applied to an instance (`Policy.list`); the API gives all at once. */
    readonly listPolicies: (
      of: { readonly folderId: string } | { readonly computeInstanceId: string }
    ) => Effect.Effect<ReadonlyArray<Policy>, CloudBackupError>
    /**
     * The instances that a policy is applied to (`Policy.listApplications`). With `showProcessing` also those that it is
     * just being bound to, which can take 10 to 15 minutes. Default: without.
     */
    readonly listPolicyApplications: (
      policyId: string,
      options?: { readonly showProcessing?: boolean }
    ) => Effect.Effect<ReadonlyArray<PolicyApplication>, CloudBackupError>
    /** The base URL that it reads from. */
    readonly endpoint: string
    /**
     * How far the service's clock is ahead of this machine's, by the `Date` of its last good answer, in milliseconds; 0 up to
     * 30 seconds, and before the first answer. Ages of what the service reports are to be reckoned by its own clock.
     */
    readonly clockSkewMillis: Effect.Effect<number>
    /** Requests sent by the clients of this program that share a transport and credentials. */
    readonly requests: Effect.Effect<RequestCount>
  }
>()("@holdfast/core/CloudBackup") {
  /**
   * The client over a transport, credentials and endpoints of the caller's own. Each use makes one: two of them with different
   * credentials must not be taken for the same.
   */
  static readonly layerNoDeps: Layer.Layer<CloudBackup, never, Transport | Credentials | Endpoints> = Layer.effect(
    CloudBackup,
    Effect.gen(function* () {
      const endpoint = (yield* Endpoints).backup
      const resources = `${endpoint}/backup/v1/resources`
      const policies = `${endpoint}/backup/v1/policies`
      const client = yield* ApiClient.current
      const get = client.method({
        name: "CloudBackup.getResource",
        url: resources,
        answer: GetAnswer,
        maxBodyBytes: maxGetBytes
      })
      const policyList = client.method({
        name: "CloudBackup.listPolicies",
        url: policies,
        answer: PoliciesAnswer,
        maxBodyBytes: maxListBytes
      })
      const applicationList = client.method({
        name: "CloudBackup.listPolicyApplications",
        url: policies,
        answer: ApplicationsAnswer,
        maxBodyBytes: maxListBytes
      })

      const getResource = (id: string, options?: { readonly includeTenantInfo?: boolean }) => {
        const flaw = flawOfId(resources, "computeInstanceId", id)
        if (flaw !== undefined) return Effect.fail(flaw)
        const url = `${resources}/${id}${options?.includeTenantInfo === true ? "?includeTenantInfo=true" : ""}`
        const select = ({ resource }: typeof GetAnswer.Type) =>
          resource.computeInstanceId === id
            ? Result.succeed(resource)
            : Result.fail(`the answer is about ${resource.computeInstanceId}`)
        return client.read(get, { url, select }, { id })
      }

      const resourcePages = ({ folderId, pageSize, type }: ListResources) =>
        Stream.unwrap(
          Effect.as(
            checkId(resources, "folderId", folderId),
            pages(client, {
              name: "CloudBackup.listResources",
              url: resources,
              query: { folderId, type },
              answer: ResourcesAnswer,
              itemsOf: (page) => page.resources,
              pageSize
            })
          )
        )

      const listPolicies = Effect.fnUntraced(function* (
        of: { readonly folderId: string } | { readonly computeInstanceId: string }
      ) {
        const [name, id] =
          "folderId" in of ? ["folderId", of.folderId] : (["computeInstanceId", of.computeInstanceId] as const)
        yield* checkId(policies, name, id)
        const url = `${policies}?${name}=${id}`
        return yield* client.read(policyList, { url, select: (answer) => Result.succeed(answer.policies) }, { id })
      })

      const listPolicyApplications = Effect.fnUntraced(function* (
        policyId: string,
        options?: { readonly showProcessing?: boolean }
      ) {
        yield* checkId(policies, "policyId", policyId)
        const url = `${policies}/${policyId}/applications${options?.showProcessing === true ? "?showProcessing=true" : ""}`
        const select = ({ applications }: typeof ApplicationsAnswer.Type) =>
          applications.every((application) => application.policyId === policyId)
            ? Result.succeed(applications)
            : Result.fail("the answer is about another policy")
        return yield* client.read(applicationList, { url, select }, { id: policyId })
      })

      return CloudBackup.of({
        endpoint,
        getResource,
        listResources: (options) => itemsOf(resourcePages(options)),
        readFolder: Effect.fn("CloudBackup.readFolder")((folderId: string, options: ReadFolder = {}) =>
          collect(resourcePages({ folderId }), options)
        ),
        listTasks: (instanceId, options) =>
          Stream.unwrap(
            Effect.as(
              checkId(resources, "computeInstanceId", instanceId),
              itemsOf(
                pages(client, {
                  name: "CloudBackup.listTasks",
                  url: `${resources}/${instanceId}/tasks`,
                  query: {},
                  answer: TasksAnswer,
                  itemsOf: (page) => page.tasks,
                  pageSize: options?.pageSize
                })
              )
            )
          ),
        listPolicies,
        listPolicyApplications,
        clockSkewMillis: client.skewMillis,
        requests: client.count
      })
    })
  ).pipe(Layer.fresh)

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
