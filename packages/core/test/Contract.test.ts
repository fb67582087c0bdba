/**
 * The API's messages as the vendor's own SDK reads and writes them, against ours: what one writes the other must read, field
 * by field. The SDK is generated from the same definitions by other people, and used nowhere else.
 */
import { assert, describe, it } from "@effect/vitest"
import * as VendorPolicy from "@yandex-cloud/nodejs-sdk/backup-v1/policy"
import * as VendorPolicies from "@yandex-cloud/nodejs-sdk/backup-v1/policy_service"
import * as VendorResource from "@yandex-cloud/nodejs-sdk/backup-v1/resource"
import * as VendorResources from "@yandex-cloud/nodejs-sdk/backup-v1/resource_service"
import * as VendorInstance from "@yandex-cloud/nodejs-sdk/compute-v1/instance"
import * as VendorInstances from "@yandex-cloud/nodejs-sdk/compute-v1/instance_service"
import { Effect, Schema } from "effect"
import { Instance, InstanceFromJson, instanceStatuses } from "../src/Instance.ts"
import {
  applicationStatuses,
  intervalTypes,
  Policy,
  PolicyApplication,
  PolicyApplicationFromJson,
  PolicyFromJson
} from "../src/Policy.ts"
import { initStatuses, Resource, ResourceFromJson, resourceTypes, statuses } from "../src/Resource.ts"
import { Task, TaskFromJson, taskCodes, taskStatuses, taskTypes } from "../src/Task.ts"

/** A generated codec of the vendor. */
interface VendorCodec {
  readonly fromPartial: (fields: never) => object
  readonly toJSON: (message: never) => unknown
  readonly fromJSON: (json: unknown) => object
  readonly encode: (message: never) => { readonly finish: () => Uint8Array }
  readonly decode: (bytes: Uint8Array) => object
}

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/** An enum by its numbers. */
const anyOf = (names: ReadonlyArray<string>) => between(0, names.length - 1)

/** The instants of protobuf's `Timestamp`, in milliseconds; the vendor's `Date` holds no more. */
const AnyTime = between(-62_135_596_800_000, 253_402_300_799_999)

/** Integers that the vendor's numbers hold; beyond 2^53 it refuses to read. */
const AnyInt = between(0, Number.MAX_SAFE_INTEGER)

const AnyId = Schema.String.check(Schema.isPattern(/^[a-z][a-z0-9]{0,19}$/))

const maybe = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)

const AnyResource = Schema.Struct({
  computeInstanceId: AnyId,
  createdAt: maybe(AnyTime),
  updatedAt: maybe(AnyTime),
  online: Schema.Boolean,
  enabled: Schema.Boolean,
  status: anyOf(statuses),
  statusDetails: Schema.String,
  statusProgress: AnyInt,
  lastBackupTime: maybe(AnyTime),
  nextBackupTime: maybe(AnyTime),
  resourceId: Schema.String,
  isActive: Schema.Boolean,
  initStatus: anyOf(initStatuses),
  metadata: Schema.String,
  type: anyOf(resourceTypes),
  tenantInfo: maybe(Schema.Struct({ folderId: Schema.String, personalTenantId: Schema.String, userId: Schema.String })),
  agentInfo: maybe(
    Schema.Struct({ currentVersion: Schema.String, latestVersion: Schema.String, canUpdate: Schema.Boolean })
  )
})

const AnyTask = Schema.Struct({
  id: AnyInt,
  cancellable: Schema.Boolean,
  policyId: Schema.String,
  type: anyOf(taskTypes),
  progress: maybe(Schema.Struct({ current: AnyInt, total: AnyInt })),
  status: anyOf(taskStatuses),
  enqueuedAt: maybe(AnyTime),
  startedAt: maybe(AnyTime),
  updatedAt: maybe(AnyTime),
  completedAt: maybe(AnyTime),
  computeInstanceId: AnyId,
  resultCode: anyOf(taskCodes),
  error: Schema.String
})

const AnyPolicy = Schema.Struct({
  id: AnyId,
  name: Schema.String,
  createdAt: maybe(AnyTime),
  updatedAt: maybe(AnyTime),
  enabled: Schema.Boolean,
  folderId: Schema.String,
  settings: maybe(
    Schema.Struct({
      scheduling: maybe(Schema.Struct({ enabled: Schema.Boolean })),
      retention: maybe(
        Schema.Struct({
          rules: Schema.Array(
            Schema.Union([
              Schema.Struct({ maxAge: Schema.Struct({ type: anyOf(intervalTypes), count: AnyInt }) }),
              Schema.Struct({ maxCount: AnyInt })
            ])
          ).check(Schema.isMaxLength(4))
        })
      )
    })
  )
})

const AnyApplication = Schema.Struct({
  policyId: AnyId,
  computeInstanceId: AnyId,
  enabled: Schema.Boolean,
  status: anyOf(applicationStatuses),
  createdAt: maybe(AnyTime),
  isProcessing: Schema.Boolean
})

const AnyInstance = Schema.Struct({
  id: AnyId,
  folderId: Schema.String,
  createdAt: maybe(AnyTime),
  name: Schema.String,
  description: Schema.String,
  labels: Schema.Record(AnyId, Schema.String),
  zoneId: Schema.String,
  platformId: Schema.String,
  status: anyOf(instanceStatuses),
  fqdn: Schema.String,
  serviceAccountId: Schema.String
})

const times = new Set([
  "createdAt",
  "updatedAt",
  "lastBackupTime",
  "nextBackupTime",
  "enqueuedAt",
  "startedAt",
  "completedAt"
])

type Fields = Readonly<Record<string, unknown>>

/** `value` with times as the vendor has them. */
const toVendor = (fields: object): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      times.has(name) && typeof value === "number"
        ? new Date(value)
        : Array.isArray(value)
          ? value.map(toVendor)
          : typeof value === "object" && value !== null && name !== "labels"
            ? toVendor(value)
            : value
    ])
  )

/** What a message of ours means, in plain values: numbers for integers, milliseconds for times, no classes. */
const plainly = (value: unknown, name = ""): unknown => {
  if (typeof value === "bigint") return Number(value)
  if (times.has(name)) return Date.parse(String(value))
  if (Array.isArray(value)) return value.map((item) => plainly(item))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainly(item, key)]))
}

/** One message in both readings. */
interface Message {
  readonly vendor: VendorCodec
  readonly ours: Schema.ConstraintCodec<unknown, unknown>
  readonly any: Schema.Schema<Fields>
  /** The names of enums' numbers. */
  readonly enums: Readonly<Record<string, ReadonlyArray<string>>>
  /** Fields of the vendor's message that ours leaves out, because nothing reads them. */
  readonly unread: ReadonlyArray<string>
}

/** What `fields` are as our reading has them: enums by name. */
const expected = (fields: Fields, enums: Message["enums"], path = ""): unknown =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const names = enums[`${path}${name}`]
      if (names !== undefined) return [name, names[value as number]]
      if (Array.isArray(value)) {
        return [name, value.map((rule: Fields) => expected(rule, enums, `${name}.`))]
      }
      if (typeof value === "object" && value !== null && name !== "labels") {
        return [name, expected(value as Fields, enums, `${name}.`)]
      }
      return [name, value]
    })
  )

const codec = (vendor: unknown) => vendor as VendorCodec

const messages: Readonly<Record<string, Message>> = {
  Resource: {
    vendor: codec(VendorResource.Resource),
    ours: ResourceFromJson as never,
    any: AnyResource as never,
    enums: { status: statuses, initStatus: initStatuses, type: resourceTypes },
    unread: []
  },
  Task: {
    vendor: codec(VendorResource.Task),
    ours: TaskFromJson as never,
    any: AnyTask as never,
    enums: { type: taskTypes, status: taskStatuses, resultCode: taskCodes },
    unread: []
  },
  Policy: {
    vendor: codec(VendorPolicy.Policy),
    ours: PolicyFromJson as never,
    any: AnyPolicy as never,
    enums: { "maxAge.type": intervalTypes },
    unread: []
  },
  PolicyApplication: {
    vendor: codec(VendorPolicy.PolicyApplication),
    ours: PolicyApplicationFromJson as never,
    any: AnyApplication as never,
    enums: { status: applicationStatuses },
    unread: []
  },
  Instance: {
    vendor: codec(VendorInstance.Instance),
    ours: InstanceFromJson as never,
    any: AnyInstance as never,
    enums: { status: instanceStatuses },
    unread: [
      "application",
      "bootDisk",
      "filesystems",
      "gpuSettings",
      "hardwareGeneration",
      "hostGroupId",
      "hostId",
      "localDisks",
      "maintenanceGracePeriod",
      "maintenancePolicy",
      "metadata",
      "metadataOptions",
      "networkInterfaces",
      "networkSettings",
      "placementPolicy",
      "reservedInstancePoolId",
      "resources",
      "schedulingPolicy",
      "secondaryDisks",
      "serialPortSettings"
    ]
  }
}

describe.each(Object.entries(messages))("%s", (name, { any, enums, ours, unread, vendor }) => {
  const decode = Schema.decodeUnknownEffect(ours)
  const encode = Schema.encodeUnknownEffect(ours)
  const arbitrary = { arbitrary: { runs: 200, seed: name } }

  it.effect.prop(
    "reads what the vendor writes, field by field",
    [any],
    ([fields]) =>
      Effect.gen(function* () {
        const written = vendor.toJSON(vendor.fromPartial(toVendor(fields) as never) as never)
        const read = yield* decode(JSON.parse(JSON.stringify(written)))
        assert.deepStrictEqual(plainly(read), expected(fields, enums))
      }),
    arbitrary
  )

  it.effect.prop(
    "reads what has been through the vendor's binary format",
    [any],
    ([fields]) =>
      Effect.gen(function* () {
        const bytes = vendor.encode(vendor.fromPartial(toVendor(fields) as never) as never).finish()
        const read = yield* decode(JSON.parse(JSON.stringify(vendor.toJSON(vendor.decode(bytes) as never))))
        assert.deepStrictEqual(plainly(read), expected(fields, enums))
      }),
    arbitrary
  )

  it.effect.prop(
    "is read by the vendor as it was written",
    [any],
    ([fields]) =>
      Effect.gen(function* () {
        const message = vendor.fromPartial(toVendor(fields) as never)
        const written = yield* encode(yield* decode(vendor.toJSON(message as never)))
        assert.deepStrictEqual(vendor.toJSON(vendor.fromJSON(written) as never), vendor.toJSON(message as never))
      }),
    arbitrary
  )

  it("has the fields of the vendor's message, but for those that nothing reads", () => {
    const theirs = Object.keys(vendor.fromPartial({} as never))
    const read = Object.keys((any as unknown as typeof AnyResource).fields)
    assert.deepStrictEqual(
      [...new Set([...theirs, ...read])].sort(),
      [...new Set([...read, ...unread])].sort(),
      "the SDK has grown or lost a field"
    )
  })

  it("has every name of the vendor's enums in the order of their numbers", () => {
    for (const [field, names] of Object.entries(enums)) {
      if (field.includes(".")) continue
      const unknown = names.length
      names.forEach((text, number) => {
        const json = vendor.toJSON(vendor.fromPartial({ [field]: number } as never) as never) as Fields
        assert.strictEqual(json[field] ?? names[0], text)
      })
      const beyond = vendor.toJSON(vendor.fromPartial({ [field]: unknown } as never) as never) as Fields
      assert.include(["UNKNOWN", "UNRECOGNIZED"], beyond[field], "the SDK knows a further value")
    }
  })
})

describe("answers", () => {
  const at = new Date("2026-03-05T07:05:10.391Z")
  it.each([
    ["Resource.get", VendorResources.GetResourceResponse, { resource: { computeInstanceId: "vm" } }, ["resource"]],
    [
      "Resource.list",
      VendorResources.ListResourcesResponse,
      { resources: [{ createdAt: at }], nextPageToken: "n" },
      ["nextPageToken", "resources"]
    ],
    [
      "Resource.listTasks",
      VendorResources.ListTasksResponse,
      { tasks: [{ id: 1 }], nextPageToken: "n" },
      ["nextPageToken", "tasks"]
    ],
    ["Policy.list", VendorPolicies.ListPoliciesResponse, { policies: [{ id: "p" }] }, ["policies"]],
    [
      "Policy.listApplications",
      VendorPolicies.ListApplicationsResponse,
      { applications: [{ policyId: "p" }] },
      ["applications"]
    ],
    [
      "Instance.list",
      VendorInstances.ListInstancesResponse,
      { instances: [{ id: "vm" }], nextPageToken: "n" },
      ["instances", "nextPageToken"]
    ]
  ] as const)("of %s have the names that the client reads", (_, vendor, fields, names) => {
    const json = codec(vendor).toJSON(codec(vendor).fromPartial(fields as never) as never)
    assert.includeMembers(Object.keys(json as object).sort(), [...names])
  })
})

describe("what the vendor's numbers and dates cannot hold", () => {
  it.effect.each([
    ["9007199254740993", 9_007_199_254_740_993n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n]
  ] as const)("an int64 of %s is read", ([text, value]) =>
    Effect.gen(function* () {
      const task = yield* Schema.decodeUnknownEffect(TaskFromJson)({ id: text })
      assert.strictEqual(task.id, value)
      assert.strictEqual((yield* Schema.encodeEffect(TaskFromJson)(task)).id, text)
    })
  )

  it.effect("nanoseconds survive, which the vendor's reading cuts", () =>
    Effect.gen(function* () {
      const createdAt = "2025-03-05T05:20:11.391904178Z"
      const resource = yield* Schema.decodeUnknownEffect(ResourceFromJson)({ computeInstanceId: "vm", createdAt })
      const written = yield* Schema.encodeEffect(ResourceFromJson)(resource)
      assert.strictEqual(written.createdAt, createdAt)
      const cut = VendorResource.Resource.toJSON(VendorResource.Resource.fromJSON(written))
      assert.deepInclude(cut as object, { createdAt: "2025-03-05T05:20:11.391Z" })
    })
  )
})

// Their names are part of the contract with users of the library.
describe("classes", () => {
  it("are named after the API's messages", () => {
    const names = [Resource, Task, Policy, PolicyApplication, Instance].map(({ identifier }) => identifier)
    assert.deepStrictEqual(names, [
      "@holdfast/core/Resource",
      "@holdfast/core/Task",
      "@holdfast/core/Policy",
      "@holdfast/core/PolicyApplication",
      "@holdfast/core/Instance"
    ])
  })
})
