import { type AddressInfo, createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Check from "@holdfast/check/Check"
import * as Init from "@holdfast/check/Init"
import { CloudBackup } from "@holdfast/core/CloudBackup"
import { Compute } from "@holdfast/core/Compute"
import { Credentials } from "@holdfast/core/Credentials"
import { Endpoints } from "@holdfast/core/Endpoints"
import * as NodeTransport from "@holdfast/core/NodeTransport"
import { Emulator } from "@holdfast/emulator/Emulator"
import * as Seed from "@holdfast/emulator/Seed"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import * as Manifest from "@holdfast/manifest/Manifest"
import { disagreements } from "@holdfast/manifest/manifestAgreement"
import { manifest as textOf } from "@holdfast/report/manifest"
import { Effect, Layer, Redacted, Schema } from "effect"

/** How many fleets are tried. The long form: `HOLDFAST_PROPERTY_RUNS=10000`. */
const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 200)

/** One port for all runs: metrics are kept by server. */
const port = await new Promise<number>((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resolve(port))
  })
})

const folders = ["b1gone", "b1gtwo"]

/** What a person would not write: YAML, variables, commands of build servers, escapes, marks that reorder text. */
const hostile = [
  ...["null", "true", "123", "<<", "*", "&a", "- x", "# x", "a: b", "{a: 1}", "[", "'", '"', "\\", "\\n", "x\ny: 1"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's variables are written so.
  ...["${env}", "$${env}", "$$${", "${", "\r", "\t", "\u0000", "\u001b[2J", "\u0085", "\u2028", "\u202ex", "\ufeff"],
  ...["\ufffe", "\ud800", "\u{e0041}", "##vso[task.complete]", "::error::x", "  ", " x ", "é", "ё", "💩".repeat(70)],
  ...["x".repeat(300), "b1gone", "b1gtwo", "epd0", "epd1", "prod", "prod-2", "web-*", "%TAG", "---", "...", "x-y"]
] as const

const either = <const Values extends ReadonlyArray<string | boolean>>(...values: Values) => Schema.Literals(values)
const text = Schema.Union([either("web-1", "web-2", "db"), Schema.Literals(hostile), Schema.String])
const value = Schema.Union([either("prod", "prod", "test"), either("prod", "test", "dev"), Schema.Literals(hostile)])

/** Spans on both sides of every limit; a run takes less than half a minute. */
const past = Schema.UndefinedOr(
  Schema.Union([
    either("-20h", "-20h", "-20h", "-1m", "-59m", "-61m", "-119m", "-121m", "-5h", "-7h", "-13h", "-15h"),
    either("-25h", "-27h", "-49h", "-51h", "-7d", "-9d", "-31d", "-33d", "+2m")
  ])
)
const future = Schema.UndefinedOr(either("-26h", "-1h", "-10m", "+1h", "+4h", "+4h", "+4h", "+6d", "+30d"))
const mostlyTrue = either(true, true, true, true, true, false)

// Not optional keys: of many, the generator leaves out nearly all.
const AnyMachine = Schema.Struct({
  kind: either("backed up", "backed up", "backed up", "backed up", "unknown", "orphan", "external", "deleting"),
  folderId: Schema.Literals(folders),
  name: text,
  env: Schema.Union([either("prod", "test"), either("prod", "test"), Schema.UndefinedOr(value)]),
  team: Schema.UndefinedOr(value),
  oddKey: Schema.Literals(hostile),
  oddValue: Schema.UndefinedOr(value),
  createdAt: Schema.UndefinedOr(either("-30m", "-30m", "-12h", "-90d", "-90d", "-90d", "+10m")),
  online: mostlyTrue,
  enabled: mostlyTrue,
  isActive: mostlyTrue,
  status: either("IDLE", "IDLE", "IDLE", "BACKUPING", "FAILED", "OTHER", "NEWER", "STATUS_UNSPECIFIED"),
  statusDetails: either("", "", "", "no_policies_applied"),
  initStatus: either("REGISTRED", "REGISTRED", "REGISTRED", "REGISTERING", "FAILED_REGISTRATION", "DELETED", "NEWER"),
  type: either("BMS", "EXTERNAL_VM", "EXTERNAL_SERVER", "NEWER", "RESOURCE_TYPE_UNSPECIFIED"),
  lastBackupTime: past,
  nextBackupTime: future,
  policies: Schema.Array(
    Schema.Struct({
      id: either("p-one", "p-one", "p-two"),
      enabled: mostlyTrue,
      status: either("OK", "OK", "OK", "OK", "OK", "DISABLED"),
      isProcessing: either(false, false, false, false, false, true)
    })
  ).check(Schema.isMinLength(1), Schema.isMaxLength(3)),
  // Most are well, or nothing would be in common.
  isWell: either(true, true, false),
  // The list contradicts itself.
  isTwice: either(false, false, false, false, false, false, false, true)
})
type AnyMachine = typeof AnyMachine.Type

const AnyPolicy = Schema.Struct({
  name: Schema.Union([either("daily"), text]),
  enabled: mostlyTrue,
  isScheduled: mostlyTrue
})

const defined = <A extends object>(fields: A) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const idOf = (index: number) => `epd${index}`
const isInstance = ({ kind }: AnyMachine) => kind === "backed up" || kind === "unknown" || kind === "deleting"

const instanceOf = (machine: AnyMachine, index: number): typeof Seed.SeedInstance.Encoded => ({
  id: idOf(index),
  folderId: machine.folderId,
  name: machine.name,
  status: machine.kind === "deleting" ? "DELETING" : "RUNNING",
  labels: defined({ env: machine.env, team: machine.team, [machine.oddKey]: machine.oddValue }),
  ...defined({ createdAt: machine.createdAt })
})

const well = {
  ...{ enabled: true, initStatus: "REGISTRED" as const, isActive: true, online: true },
  ...{ status: "IDLE", statusDetails: "" }
}

const resourcesOf = (machine: AnyMachine, index: number): ReadonlyArray<typeof Seed.SeedResource.Encoded> => {
  const { enabled, folderId, initStatus, isActive, kind, online, status, statusDetails, type } = machine
  const { createdAt, isTwice, lastBackupTime, nextBackupTime } = machine
  if (kind === "unknown") return []
  const own = machine.isWell ? well : { enabled, initStatus, isActive, online, status, statusDetails }
  const resource = {
    computeInstanceId: idOf(index),
    folderId,
    ...own,
    type: kind === "external" ? type : "COMPUTE",
    ...defined({ createdAt, lastBackupTime, nextBackupTime })
  }
  return isTwice ? [resource, { ...resource, enabled: !own.enabled }] : [resource]
}

const policiesOf = (
  policies: ReadonlyArray<typeof AnyPolicy.Type>,
  machines: ReadonlyArray<AnyMachine>
): ReadonlyArray<typeof Seed.SeedPolicy.Encoded> =>
  folders.flatMap((folderId) =>
    ["p-one", "p-two"].flatMap((id, index) => {
      const policy = policies[index]
      if (policy === undefined) return []
      const applications = machines.flatMap((machine, at) =>
        machine.folderId !== folderId
          ? []
          : machine.policies
              .filter((applied) => applied.id === id)
              .slice(0, 1)
              .map(({ id: _, ...applied }) => ({ ...applied, computeInstanceId: idOf(at) }))
      )
      const settings = { scheduling: { enabled: policy.isScheduled } }
      return [{ id: `${folderId}-${id}`, folderId, name: policy.name, enabled: policy.enabled, settings, applications }]
    })
  )

const cloudAt = (url: string) =>
  Layer.merge(CloudBackup.layerNoDeps, Compute.layerNoDeps).pipe(
    Layer.provide(Credentials.layerToken(Redacted.make(Seed.defaultToken))),
    Layer.provide(Endpoints.layerAt(url)),
    Layer.provide(Layer.fresh(NodeTransport.layer))
  )

const limits = { timeLimitMillis: 600_000, elapsedMillis: 0, warnings: [] }

/** What `drift check` makes of a manifest's text. */
const checked = (text: string) => {
  const parsed = Manifest.parse(new SourceText("backup.yaml", text))
  assert.deepStrictEqual([...parsed.diagnostics, ...disagreements(parsed)], [])
  return Check.check(
    { ...parsed, files: [], variables: {} },
    {
      ...limits,
      version: "1.0.0",
      emulator: null,
      snapshot: null,
      concurrency: 16,
      allowEmpty: false,
      failOn: "info",
      onProgress: () => Effect.void,
      onInterrupt: () => Effect.void
    }
  )
}

describe("a manifest of what is there", () => {
  it.live.prop(
    "is valid, loses nothing, and a check of it is green while nothing changes",
    {
      few: Schema.Array(AnyMachine).check(Schema.isMinLength(1), Schema.isMaxLength(4)),
      many: Schema.Array(AnyMachine).check(Schema.isMinLength(8), Schema.isMaxLength(16)),
      isSmall: Schema.Boolean,
      policies: Schema.Array(AnyPolicy).check(Schema.isMinLength(1), Schema.isMaxLength(2))
    },
    ({ few, isSmall, many, policies }) => {
      const machines = isSmall ? few : many
      const seed = Seed.make({
        instances: machines.flatMap((machine, index) => (isInstance(machine) ? [instanceOf(machine, index)] : [])),
        resources: machines.flatMap(resourcesOf),
        policies: policiesOf(policies, machines)
      })
      return Effect.gen(function* () {
        const { url } = yield* Emulator
        yield* Effect.gen(function* () {
          const drafted = yield* Effect.result(Init.init(folders, limits))
          const isThere = ({ initStatus, isWell, kind }: AnyMachine) =>
            kind === "external" ? isWell || initStatus !== "DELETED" : kind === "backed up" || kind === "unknown"
          if (!machines.some(isThere)) {
            assert.strictEqual(drafted._tag, "Failure")
            return
          }
          if (drafted._tag === "Failure") return yield* drafted.failure
          const text = textOf(drafted.success.draft)
          assert.match(text, /^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ufeff\ufffe]*$/)
          assert.notMatch(text, /##\[|##vso\[|^\s*::/m)
          const report = yield* checked(text)
          // Whether a resource that its list contradicts itself about has an instance cannot be told.
          const isDoubtful = machines.some(
            (one) => one.isTwice && (one.kind === "orphan" || (one.kind === "external" && !isThere(one)))
          )
          assert.strictEqual(report.exit_code, isDoubtful ? 3 : 0, text)
          const rows = new Set(report.resources.map(({ instance_id }) => instance_id))
          const waived = new Set(report.unlisted.map(({ instance_id }) => instance_id))
          for (const [index, machine] of machines.entries()) {
            const id = idOf(index)
            if (isThere(machine)) assert.isTrue(rows.has(id), `${id} is lost: ${text}`)
            const isOrphan = machine.kind === "orphan" && (machine.isWell || machine.initStatus !== "DELETED")
            if (isOrphan && !machine.isTwice) assert.isTrue(waived.has(id), `${id} is lost: ${text}`)
          }
          // A waiver of an orphan that its list contradicts itself about waives nothing.
          if (!machines.some(({ isTwice }) => isTwice)) assert.deepStrictEqual(report.waivers.unused, [])
        }).pipe(Effect.provide(cloudAt(url)))
      }).pipe(Effect.provide(Emulator.layer(seed, { port })))
    },
    { arbitrary: { runs, seed: "init" }, timeout: 24 * 3_600_000 }
  )
})
