/**
 * The clients that are compared: ours with all its protections, undici alone (the limit), Effect's own `HttpClient`, and the
 * vendor's SDK. Each reads every resource, takes its answer apart and compares what a check would compare.
 */

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { check } from "@holdfast/check/Check"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import { Effect, Layer, ManagedRuntime, Redacted, Schema, Stream } from "effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import { Agent, request } from "undici"
import { sdkClient } from "./sdk.ts"

export interface Client {
  /** Reads so many resources, some at a time. */
  readonly reads: (count: number, concurrency: number) => Promise<void>
  /** Lists a folder of so many. */
  readonly list: (count: number) => Promise<void>
  /** The same, and keeps them all. */
  readonly collect?: (count: number) => Promise<void>
  readonly close: () => Promise<void>
}

const token = "t1.benchmark"

const expect = (isAsDeclared: boolean) => {
  if (!isAsDeclared) throw new Error("an answer is not what it should be")
}

interface Resource {
  readonly computeInstanceId: string
  readonly enabled: boolean
}

/** Starts `concurrency` loops that share a counter. */
const loops = async (count: number, concurrency: number, one: (index: number) => Promise<void>) => {
  let next = 0
  const loop = async () => {
    while (next < count) {
      const index = next
      next += 1
      await one(index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
}

const ids = (count: number) => Array.from({ length: count }, (_, index) => `vm-${index}`)

const manifestOf = (count: number): Manifest => ({
  files: [{ path: "backup.yaml", sha256: "" }],
  resources: ids(count).map((instance, line) => ({
    address: instance,
    instance,
    expectations: { enabled: true, online: true },
    severity: "high",
    source: { path: "backup.yaml", line, column: 1 }
  })),
  groups: [],
  folders: [],
  waivers: [],
  rules: [],
  variables: {}
})

/** Ours, with all its protections: the check itself for single reads, the client for lists. */
const ours = async (url: string): Promise<Client> => {
  const runtime = ManagedRuntime.make(
    Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
      Layer.provide(Credentials.layerToken(Redacted.make(token))),
      Layer.provide(Endpoints.layerAt(url)),
      Layer.provide(NodeTransport.layer)
    )
  )
  const cloud = await runtime.runPromise(CloudBackup)
  return {
    reads: async (count, concurrency) => {
      const checked = check(manifestOf(count), {
        version: "0",
        emulator: null,
        snapshot: null,
        concurrency,
        timeLimitMillis: 600_000,
        elapsedMillis: 0,
        warnings: [],
        allowEmpty: false,
        failOn: "info",
        onProgress: () => Effect.void,
        onInterrupt: () => Effect.void
      })
      const { summary } = await runtime.runPromise(Effect.withTracerEnabled(checked, false))
      expect(summary.in_sync === count)
    },
    list: async (count) => {
      let found = 0
      const pages = Stream.runForEach(cloud.listResources({ folderId: "folder" }), (page) =>
        Effect.sync(() => {
          for (const { enabled } of page) if (enabled) found += 1
        })
      )
      await runtime.runPromise(Effect.withTracerEnabled(pages, false))
      expect(found === count)
    },
    collect: (count) =>
      runtime.runPromise(
        Effect.map(cloud.readFolder("folder"), ({ resources }) => expect(resources.size === count)).pipe(
          Effect.withTracerEnabled(false)
        )
      ),
    close: () => runtime.dispose()
  }
}

const plain = async (url: string): Promise<Client> => {
  const dispatcher = new Agent()
  const headers = { authorization: `Bearer ${token}` }
  const get = async (path: string) => {
    const { body } = await request(`${url}/backup/v1/resources${path}`, { dispatcher, headers })
    return JSON.parse(await body.text())
  }
  return {
    reads: (count, concurrency) =>
      loops(count, concurrency, async (index) => {
        const { resource }: { readonly resource: Resource } = await get(`/vm-${index}`)
        expect(resource.enabled && resource.computeInstanceId === `vm-${index}`)
      }),
    list: async (count) => {
      let found = 0
      for (let next: string | undefined = "0"; next !== undefined; ) {
        const page: { readonly resources: ReadonlyArray<Resource>; readonly nextPageToken?: string } = await get(
          `?folderId=folder&pageSize=1000&pageToken=${next}`
        )
        for (const { enabled } of page.resources) if (enabled) found += 1
        next = page.nextPageToken
      }
      expect(found === count)
    },
    close: () => dispatcher.close()
  }
}

/** The least that a request can cost with undici: one callback for each, and no stream. */
const dispatch = (url: string): Promise<Client> => {
  const dispatcher = new Agent()
  const headers = { authorization: `Bearer ${token}` }
  const get = (id: string) =>
    new Promise<string>((resolve, reject) => {
      const chunks: Array<Buffer> = []
      dispatcher.dispatch(
        { origin: url, path: `/backup/v1/resources/${id}`, method: "GET", headers },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_, chunk) => chunks.push(chunk),
          onResponseEnd: () => resolve(Buffer.concat(chunks).toString()),
          onResponseError: (_, error) => reject(error)
        }
      )
    })
  return Promise.resolve({
    reads: (count, concurrency) =>
      loops(count, concurrency, async (index) => {
        const { resource }: { readonly resource: Resource } = JSON.parse(await get(`vm-${index}`))
        expect(resource.enabled && resource.computeInstanceId === `vm-${index}`)
      }),
    list: () => Promise.reject(new Error("not compared")),
    close: () => dispatcher.close()
  })
}

/** The vendor's own SDK: gRPC over TLS, as it always goes. */
const sdk = async (url: string): Promise<Client> => {
  const { readResource } = await sdkClient(url, token)
  return {
    reads: (count, concurrency) =>
      loops(count, concurrency, async (index) => {
        const resource = await readResource(`vm-${index}`)
        expect(resource.enabled && resource.computeInstanceId === `vm-${index}`)
      }),
    list: () => Promise.reject(new Error("not compared")),
    close: () => Promise.resolve()
  }
}

const Answer = Schema.Struct({ resource: Schema.Struct({ computeInstanceId: Schema.String, enabled: Schema.Boolean }) })

/** Effect's client as one would write it first: status checked, passing failures retried, a time limit. */
const effect = async (url: string): Promise<Client> => {
  const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)
  const http = await runtime.runPromise(HttpClient.HttpClient)
  const client = http.pipe(HttpClient.filterStatusOk, HttpClient.retryTransient({ times: 3 }))
  const get = (id: string) =>
    client.get(`${url}/backup/v1/resources/${id}`, { headers: { authorization: `Bearer ${token}` } }).pipe(
      Effect.flatMap(HttpClientResponse.schemaBodyJson(Answer)),
      Effect.timeout("10 seconds"),
      Effect.map(({ resource }) => expect(resource.enabled && resource.computeInstanceId === id))
    )
  return {
    reads: (count, concurrency) => runtime.runPromise(Effect.forEach(ids(count), get, { concurrency, discard: true })),
    list: () => Promise.reject(new Error("not compared")),
    close: () => runtime.dispose()
  }
}

export const clients: Readonly<Record<string, (url: string) => Promise<Client>>> = {
  ours,
  plain,
  dispatch,
  effect,
  sdk
}
