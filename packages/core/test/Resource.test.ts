import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Result, Schema } from "effect"
import * as StrictJson from "../src/internal/strictJson.ts"
import {
  AgentInfo,
  InstanceId,
  initStatuses,
  Resource,
  ResourceFromJson,
  resourceTypes,
  statuses,
  TenantInfo
} from "../src/Resource.ts"
import { fromEpochMillis, Timestamp } from "../src/Timestamp.ts"

const decode = Schema.decodeUnknownEffect(ResourceFromJson)
const encode = Schema.encodeEffect(ResourceFromJson)
const id = InstanceId.make("epd5fs8ojqhg")

/** The JSON of an answer as the client reads it. */
const parseJson = (text: string): unknown => {
  const parsed = StrictJson.parse(text)
  return parsed._tag === "Json" ? parsed.value : undefined
}
const at = (text: string) => Timestamp.make(text)

/** What an answer with nothing but the id means. */
const defaults = {
  computeInstanceId: id,
  online: false,
  enabled: false,
  status: "STATUS_UNSPECIFIED",
  statusDetails: "",
  statusProgress: 0n,
  resourceId: "",
  isActive: false,
  initStatus: "INIT_STATUS_UNSPECIFIED",
  metadata: "",
  type: "RESOURCE_TYPE_UNSPECIFIED"
}

/** The same fields whatever the order, without the class. */
const plain = (resource: Resource) => ({ ...resource })

const cases: ReadonlyArray<readonly [string, string, Partial<Resource>]> = [
  ["nothing but the id", "", {}],
  [
    "null for every field",
    `"online":null,"enabled":null,"status":null,"statusDetails":null,"statusProgress":null,"createdAt":null,"resourceId":null,
     "isActive":null,"initStatus":null,"metadata":null,"type":null,"tenantInfo":null,"agentInfo":null,"lastBackupTime":null`,
    {}
  ],
  ["unknown fields of any kind", `"newer":{"deep":[1,{"x":null}]},"other":null,"third":1e400`, {}],
  ["a status newer than this client", `"status":"HIBERNATING"`, { status: "HIBERNATING" }],
  [
    "every enum as its number",
    `"status":2,"initStatus":2,"type":1`,
    { status: "BACKUPING", initStatus: "REGISTRED", type: "COMPUTE" }
  ],
  ["enum numbers newer than this client", `"status":99,"initStatus":-1`, { status: "99", initStatus: "-1" }],
  ["the enum number 0", `"status":0,"initStatus":0,"type":0`, {}],
  ["an enum value that is a name of Object.prototype", `"status":"constructor"`, { status: "constructor" }],
  ["an int64 as a string", `"statusProgress":"42"`, { statusProgress: 42n }],
  ["an int64 as a number", `"statusProgress":42`, { statusProgress: 42n }],
  ["a negative int64", `"statusProgress":"-42"`, { statusProgress: -42n }],
  ["an int64 number of 2^53 + 1", `"statusProgress": 9007199254740993`, { statusProgress: 9007199254740993n }],
  ["the largest int64 as a number", `"statusProgress":9223372036854775807`, { statusProgress: 2n ** 63n - 1n }],
  ["the smallest int64 as a number", `"statusProgress":-9223372036854775808`, { statusProgress: -(2n ** 63n) }],
  ["the largest int64 as a string", `"statusProgress":"9223372036854775807"`, { statusProgress: 2n ** 63n - 1n }],
  ["a number that is written as 42.0", `"statusProgress":42.0`, { statusProgress: 42n }],
  [
    "the proto names",
    `"created_at":"2026-01-01T00:00:00Z","status_details":"no_policies_applied","is_active":true,"init_status":"REGISTERING",
     "status_progress":"7","last_backup_time":"2026-01-02T00:00:00Z","resource_id":"r","agent_info":{"can_update":true}`,
    {
      createdAt: at("2026-01-01T00:00:00Z"),
      statusDetails: "no_policies_applied",
      isActive: true,
      initStatus: "REGISTERING",
      statusProgress: 7n,
      lastBackupTime: at("2026-01-02T00:00:00Z"),
      resourceId: "r",
      agentInfo: new AgentInfo({ currentVersion: "", latestVersion: "", canUpdate: true })
    }
  ],
  ["the JSON name after the proto name", `"is_active":false,"isActive":true`, { isActive: true }],
  ["the JSON name before the proto name", `"isActive":true,"is_active":false`, { isActive: true }],
  ["the proto name where the JSON name is null", `"isActive":null,"is_active":true`, { isActive: true }],
  ["the key constructor", `"constructor":{"prototype":{"online":true}}`, {}],
  [
    "a tenantInfo with gaps",
    `"tenantInfo":{"folderId":"b1g","userId":null,"extra":1}`,
    { tenantInfo: new TenantInfo({ folderId: "b1g", personalTenantId: "", userId: "" }) }
  ],
  [
    "nanoseconds and offsets",
    `"createdAt":"2025-03-05T05:20:11.391904178Z","updatedAt":"2025-03-05T08:20:11.000000001+03:00"`,
    { createdAt: at("2025-03-05T05:20:11.391904178Z"), updatedAt: at("2025-03-05T08:20:11.000000001+03:00") }
  ]
]

describe("ResourceFromJson", () => {
  it.effect("reads the protected sample of the documentation", () =>
    Effect.gen(function* () {
      const resource = yield* decode({
        computeInstanceId: "epd5fs8ojqhg",
        createdAt: "2025-03-05T05:20:11.391904178Z",
        updatedAt: "2025-03-05T07:05:22.528557095Z",
        online: true,
        enabled: true,
        status: "IDLE",
        lastBackupTime: "2025-03-05T07:05:10Z",
        nextBackupTime: "2025-03-05T08:00:00Z",
        resourceId: "68b1e3f7-a855-45c7-8daf-13c80c7c1b7a",
        isActive: true,
        initStatus: "REGISTRED",
        metadata: "null",
        type: "COMPUTE"
      })
      assert.deepStrictEqual(plain(resource), {
        ...defaults,
        createdAt: at("2025-03-05T05:20:11.391904178Z"),
        updatedAt: at("2025-03-05T07:05:22.528557095Z"),
        online: true,
        enabled: true,
        status: "IDLE",
        lastBackupTime: at("2025-03-05T07:05:10Z"),
        nextBackupTime: at("2025-03-05T08:00:00Z"),
        resourceId: "68b1e3f7-a855-45c7-8daf-13c80c7c1b7a",
        isActive: true,
        initStatus: "REGISTRED",
        metadata: "null",
        type: "COMPUTE"
      })
    })
  )

  it.effect("reads the sample that is enabled and online, yet not protected", () =>
    Effect.gen(function* () {
      const resource = yield* decode({
        computeInstanceId: "epdrmd2rpo6s",
        online: true,
        enabled: true,
        status: "OTHER",
        statusDetails: "no_policies_applied",
        createdAt: "2025-03-05T07:13:24Z",
        updatedAt: "2025-03-05T07:13:24Z",
        isActive: true,
        type: "COMPUTE"
      })
      assert.deepStrictEqual(plain(resource), {
        ...defaults,
        computeInstanceId: InstanceId.make("epdrmd2rpo6s"),
        online: true,
        enabled: true,
        status: "OTHER",
        statusDetails: "no_policies_applied",
        createdAt: at("2025-03-05T07:13:24Z"),
        updatedAt: at("2025-03-05T07:13:24Z"),
        isActive: true,
        type: "COMPUTE"
      })
    })
  )

  it.effect.each(cases)("reads %s", ([, fields, expected]) =>
    Effect.gen(function* () {
      const resource = yield* decode(parseJson(`{"computeInstanceId":"${id}"${fields === "" ? "" : `,${fields}`}}`))
      assert.deepStrictEqual(plain(resource), { ...defaults, ...expected })
    })
  )

  it.each([
    ["no id", `{"online":true}`],
    ["an empty object", `{}`],
    ["an id that is null", `{"computeInstanceId":null}`],
    ["an empty id", `{"computeInstanceId":""}`],
    ["an id in a prototype", `{"__proto__":{"computeInstanceId":"${id}"}}`],
    ["a prototype", `{"computeInstanceId":"${id}","__proto__":{"online":true,"enabled":true}}`],
    ["a prototype that is null", `{"computeInstanceId":"${id}","__proto__":null}`],
    ["a prototype in other letters", `{"computeInstanceId":"${id}","\\u005f_proto__":{}}`],
    ["an id that is a number", `{"computeInstanceId":1}`],
    ["an array", `[]`],
    ["null", `null`],
    ["a text", `"${id}"`],
    ...[
      `"statusProgress":1.5`,
      `"statusProgress":"1.5"`,
      `"statusProgress":"many"`,
      `"statusProgress":""`,
      `"statusProgress":" 1"`,
      `"statusProgress":"0x10"`,
      `"statusProgress":1e400`,
      `"statusProgress":9223372036854775808`,
      `"statusProgress":"-9223372036854775809"`,
      `"statusProgress":true`,
      `"statusProgress":{}`,
      `"status":1.5`,
      `"status":true`,
      `"online":"true"`,
      `"enabled":1`,
      `"statusDetails":7`,
      `"createdAt":"yesterday"`,
      `"lastBackupTime":"2026-02-30T00:00:00Z"`,
      `"lastBackupTime":1741158310`,
      `"tenantInfo":"b1g"`,
      `"agentInfo":{"canUpdate":"yes"}`
    ].map((field): [string, string] => [field, `{"computeInstanceId":"${id}",${field}}`])
  ] satisfies ReadonlyArray<[string, string]>)("refuses %s", (_, text) => {
    assert.isTrue(Result.isFailure(Schema.decodeUnknownResult(ResourceFromJson)(parseJson(text))))
  })

  it.effect.prop(
    "reads what it wrote",
    [arbitraryResource()],
    ([resource]) =>
      Effect.gen(function* () {
        const json = JSON.stringify(yield* encode(resource))
        assert.deepStrictEqual(yield* decode(parseJson(json)), resource)
      }),
    { arbitrary: { runs: 300, seed: "resources" } }
  )
})

describe("InstanceId", () => {
  const isId = Schema.is(InstanceId)

  it("takes what the API's ids are made of, up to 50 characters", () => {
    for (const text of ["a", "0", "epd5fs8ojqhg", "my-instance_1", "a".repeat(50)]) assert.isTrue(isId(text), text)
  })

  it("refuses whatever could walk a path or leave it", () => {
    const ids = [
      "",
      ".",
      "..",
      "a/b",
      "a\\b",
      "a?b",
      "a#b",
      "%2e%2e",
      "a b",
      "a\n",
      "A",
      "-a",
      "_a",
      "é",
      "a".repeat(51)
    ]
    for (const text of ids) assert.isFalse(isId(text), JSON.stringify(text))
  })
})

/** A schema cannot draw timestamps from their pattern, so the arbitrary is made of simpler parts. */
function arbitraryResource() {
  const text = Schema.String
  const flag = Schema.Boolean
  // Not an optional key: of many, the generator leaves out nearly all.
  const moment = Schema.UndefinedOr(
    Schema.Int.check(
      Schema.isBetween({ minimum: Date.parse("0001-01-01T00:00:00Z"), maximum: Date.parse("9999-12-31T23:59:59.999Z") })
    )
  )
  const anyOf = (names: ReadonlyArray<string>) => Schema.Union([Schema.Literals(names), Schema.NonEmptyString])
  const Parts = Schema.Struct({
    computeInstanceId: InstanceId,
    moments: Schema.Struct({ createdAt: moment, updatedAt: moment, lastBackupTime: moment, nextBackupTime: moment }),
    online: flag,
    enabled: flag,
    status: anyOf(statuses),
    statusDetails: text,
    statusProgress: Schema.BigInt.check(Schema.isBetweenBigInt({ minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n })),
    resourceId: text,
    isActive: flag,
    initStatus: anyOf(initStatuses),
    metadata: text,
    type: anyOf(resourceTypes),
    tenantInfo: Schema.UndefinedOr(TenantInfo),
    agentInfo: Schema.UndefinedOr(AgentInfo)
  })
  return Arbitrary.map(Arbitrary.schema(Parts), ({ agentInfo, moments, tenantInfo, ...parts }) => {
    const told = Object.entries(moments).flatMap(([name, millis]) =>
      millis === undefined ? [] : [[name, fromEpochMillis(millis)]]
    )
    return new Resource({
      ...parts,
      ...Object.fromEntries(told),
      ...(tenantInfo === undefined ? {} : { tenantInfo }),
      ...(agentInfo === undefined ? {} : { agentInfo })
    })
  })
}
