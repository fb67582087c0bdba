import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import type * as Seed from "@holdfast/emulator/Seed"
import { Effect } from "effect"
import { directory, drift, healthy, root, stable, transcript, withEmulator } from "./drift.ts"

const folder = "b1gemulator"
const fleet = "examples/quickstart/fleet.yaml"
const demo = ["init", "--folder-id", folder, "--emulate", fleet]

/** What is left of a run when its days are left out, too. */
const dayless = (text: string): string => text.replace(/\d{4}-\d{2}-\d{2}/g, "[DAY]")

const instance = (id: string, labels: Readonly<Record<string, string>> = {}, name = `vm-${id}`) => ({
  ...{ id, name, labels, createdAt: "-90d" },
  status: "RUNNING"
})

/** A fleet of healthy machines, each with these labels. */
const fleetOf = (
  labels: ReadonlyArray<Readonly<Record<string, string>>>,
  change: (index: number) => Partial<typeof Seed.SeedResource.Encoded> = () => ({})
): typeof Seed.Seed.Encoded => ({
  instances: labels.map((own, index) => instance(`epd${index}`, own)),
  resources: labels.map((_, index) => healthy(`epd${index}`, { type: "COMPUTE", ...change(index) }))
})

/** Drafts a manifest of a seed, and checks it there. */
const drafted = (seed: typeof Seed.Seed.Encoded, ...args: ReadonlyArray<string>) =>
  withEmulator(seed, (services, { url }) =>
    Effect.gen(function* () {
      const env = { ...services, HOLDFAST_COMPUTE_URL: url }
      const made = yield* drift(["init", "--folder-id", folder, ...args], { env })
      const check = yield* drift(["check", "-", "--format", "json"], { env, stdin: made.stdout })
      return { ...made, check, report: check.code === 1 ? undefined : JSON.parse(check.stdout) }
    })
  )

/** What `drift init` says of a seed that it makes nothing of; with how many requests it has sent. */
const refused = (seed: typeof Seed.Seed.Encoded, args = ["--folder-id", folder], more: Record<string, string> = {}) =>
  withEmulator(seed, (services, { requests, url }) =>
    Effect.gen(function* () {
      const env = { ...services, HOLDFAST_COMPUTE_URL: url, ...more }
      const { code, stderr, stdout } = yield* drift(["init", "--retry-policy", "none", ...args], { env })
      assert.deepStrictEqual([code, stdout], [1, ""])
      return { said: stable(stderr), sent: (yield* requests).length }
    })
  )

describe("drift init on the quickstart", () => {
  it.live("writes a manifest that is valid and that a check finds in sync", () =>
    Effect.gen(function* () {
      const cwd = directory({})
      const seed = join(root, fleet)
      const made = yield* drift(["init", "--folder-id", folder, "--emulate", seed, "--output", "backup.yaml"], { cwd })
      assert.deepStrictEqual(made, {
        code: 0,
        stdout: "",
        stderr: "backup.yaml has 2 groups, 2 resources, 8 waivers. Review it, then run drift check backup.yaml.\n"
      })
      const { stderr, stdout } = yield* drift(["validate"], { cwd })
      assert.deepStrictEqual([stdout, stderr], ["backup.yaml: valid, 2 resources, 2 groups\n", ""])
      const check = yield* drift(["check", "--emulate", seed], { cwd })
      assert.strictEqual(check.code, 0, check.stdout)
      assert.include(check.stdout, "5 of 13 are as declared, 8 waived")
      assert.notInclude(check.stdout, "waives nothing")
    })
  )

  it.live("shows the manifest where no file is named", () =>
    Effect.gen(function* () {
      const text = transcript(`drift ${demo.join(" ")}`, yield* drift(demo))
      yield* Effect.promise(() => expect(dayless(text)).toMatchFileSnapshot("snapshots/init.txt"))
    })
  )

  it.live("takes the folder from YC_FOLDER_ID, as the cloud's own tools do", () =>
    Effect.gen(function* () {
      const { stdout } = yield* drift(demo)
      assert.strictEqual((yield* drift(["init", "--emulate", fleet], { env: { YC_FOLDER_ID: folder } })).stdout, stdout)
    })
  )
})

describe("a drafted manifest", () => {
  it.live("has the policies that all protected members of a group have, and waives that others lack them", () =>
    Effect.gen(function* () {
      const labels = ["prod", "prod", "prod", "test", "test"].map((env) => ({ env }))
      const applied = (ids: ReadonlyArray<string>) =>
        ids.map((computeInstanceId) => ({ computeInstanceId, enabled: true, status: "OK" }))
      const policies = [
        { id: "p1", name: "every day: 03:00", enabled: true, applications: applied(["epd0", "epd1", "epd3"]) },
        { id: "p2", name: "weekly", enabled: true, applications: applied(["epd0", "epd4"]) },
        { id: "p3", name: "off", enabled: false, applications: applied(["epd0", "epd1"]) }
      ]
      const seed = { ...fleetOf(labels, (index) => ({ online: index !== 2 })), policies }
      const { check, stdout } = yield* drafted(seed)
      assert.strictEqual(check.code, 0)
      assert.include(stdout, "expect: {protected: true, maxBackupAge: 26h, policies: {atLeast: ['every day: 03:00']}}")
      assert.include(stdout, "  test: # 2 members, 2 protected\n")
      assert.include(stdout, "    fields: [online, policies]\n")
      assert.include(stdout, "(HF003), a declared backup policy is not applied (HF019)")
    })
  )

  it.live.each([
    ["2h", ["-10m", "-30m", "-50m"], "+10m"],
    ["6h", ["-1h", "-3h", "-4h"], "+1h"],
    ["26h", ["-1h", "-1h", "-2h"], "+23h"],
    ["26h", ["-23h", "-1h", "-9d"], "+1h"],
    ["8d", ["-1h", "-2d", "-6d"], "+6d"],
    ["32d", ["-400d", "-400d", "-1d"], "+29d"]
  ] as const)(
    "allows an age of %s where backups were made %j ago and the next is due %s",
    ([age, last, nextBackupTime]) =>
      Effect.gen(function* () {
        const change = (index: number) => ({ lastBackupTime: last[index] ?? "-1h", nextBackupTime })
        const { check, stdout } = yield* drafted(fleetOf([{}, {}, {}], change))
        assert.include(stdout, `maxBackupAge: ${age}}`)
        assert.strictEqual(check.code, 0)
      })
  )

  it.live("chooses the label that leaves the least to read, and lists the instances that lack it", () =>
    Effect.gen(function* () {
      const labels = Array.from({ length: 20 }, (_, index) => ({
        ...(index === 7 ? {} : { env: index % 2 === 0 ? "prod" : "test" }),
        ...(index < 10 ? { rare: `${index % 2}` } : {}),
        ...{ host: `host-${index}`, managed: "yes", canary: index === 0 ? "yes" : "no", team: `team-${index % 5}` }
      }))
      const { check, stdout } = yield* drafted(fleetOf(labels))
      assert.strictEqual(check.code, 0)
      assert.include(
        stdout,
        "# A group is a value of the label env: 19 of 20 instances have it, with 2 values.\n# These labels would do, too: team, canary.\n"
      )
      assert.deepStrictEqual(stdout.match(/^ {2}\S.*:(?= # | \{instance)/gm), ["  prod:", "  test:", "  vm-epd7:"])
    })
  )

  it.live("has a group for each folder where no label divides the instances", () =>
    Effect.gen(function* () {
      const ours = fleetOf([{ host: "a" }, { host: "b" }])
      const seed = {
        instances: [...(ours.instances ?? []), { ...instance("epd9"), folderId: "b1gother" }],
        resources: [...(ours.resources ?? []), healthy("epd9", { folderId: "b1gother" })]
      }
      const { check, stdout } = yield* drafted(seed, "--folder-id", "b1gother", "--folder-id", "b1gempty")
      assert.strictEqual(check.code, 0)
      assert.include(stdout, "  b1gempty: {unlisted: fail} # 0 instances, 0 resources in Cloud Backup\n")
      assert.include(stdout, "# A group is a folder: no label is on most instances")
      assert.deepStrictEqual(stdout.match(/^ {4}folders: .*$/gm), [
        "    folders: [b1gemulator]",
        "    folders: [b1gother]"
      ])
    })
  )

  it.live("has machines outside of Compute as resources, and waives orphans and what is under way", () =>
    Effect.gen(function* () {
      const seed = {
        instances: [
          instance("epd0"),
          { ...instance("epdnew"), createdAt: "-5m" },
          instance("epdreg"),
          { ...instance("epdgone"), status: "DELETING" }
        ],
        resources: [
          healthy("epd0"),
          healthy("epdreg", { initStatus: "REGISTERING", createdAt: "-10m", enabled: false, isActive: false }),
          healthy("epdorphan", { type: "COMPUTE" }),
          healthy("bms1", { type: "BMS" })
        ]
      }
      const { check, report, stdout } = yield* drafted(seed)
      assert.strictEqual(check.code, 0)
      assert.include(stdout, "  bms1: {instance: bms1, protected: true, maxBackupAge: 26h} # BMS\n")
      assert.include(stdout, "- instance: epdorphan # its instance is gone\n    fields: [unlisted]\n")
      assert.match(stdout, /- instance: epdnew # .*\n {4}fields: \[missing\]\n.*\n.*; it is under way'/)
      assert.match(stdout, /- instance: epdreg # .*\n {4}fields: \[enabled, active, registered\]\n.*\n.*under way'/)
      assert.notInclude(stdout, "epdgone")
      assert.deepInclude(report.summary, { total: 4, waived: 2, in_sync: 2 })
      assert.deepStrictEqual(report.waivers.unused, [])
    })
  )

  it.live("keeps apart what cannot be compared with what protection takes", () =>
    Effect.gen(function* () {
      const { check, report, stdout } = yield* drafted(
        fleetOf([{}, {}], (index) => (index === 1 ? { status: "NEWER\u001b[2J" } : {}))
      )
      assert.strictEqual(check.code, 0)
      assert.include(stdout, "    exclude: [epd1] # see resources\n")
      assert.include(
        stdout,
        "  vm-epd1: {instance: epd1, enabled: true, online: true, active: true} # status is NEWER\\x1b[2J, which"
      )
      assert.notInclude(stdout, "waivers:")
      assert.deepInclude(report.summary, { total: 2, in_sync: 2 })
    })
  )

  it.live("holds names, labels and policies of any kind as they are", () =>
    Effect.gen(function* () {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the manifest's variables are written so.
      const evil = '${x}"\\\n- {a: b} # ##vso[task.complete]\u001b[2J\u202e'
      const instances = [0, 1, 2, 3, 4].map((index) =>
        instance(`epd${index}`, index === 4 ? {} : { [evil]: index < 2 ? evil : "null" }, evil)
      )
      const applications = ["epd0", "epd1"].map((computeInstanceId) => ({ computeInstanceId, enabled: true }))
      const { check, report, stdout } = yield* drafted({
        instances,
        resources: instances.map(({ id }) => healthy(id)),
        policies: [{ id: "p1", name: evil, enabled: true, applications }]
      })
      assert.match(stdout, /^[\n\x20-\x7e]*$/)
      assert.notInclude(stdout, "##vso[")
      assert.strictEqual(check.code, 0, check.stderr)
      const [first] = report.resources.filter(({ instance_id }: { instance_id: string }) => instance_id === "epd0")
      assert.deepStrictEqual(first.groups, [evil])
    })
  )
})

describe("drift init refuses", () => {
  const well = fleetOf([{}, {}])

  it.live("to overwrite a file, before it has asked for anything", () =>
    Effect.gen(function* () {
      const path = join(directory({ "backup.yaml": "mine\n" }), "backup.yaml")
      const { said, sent } = yield* refused(well, ["--folder-id", folder, "--output", path])
      assert.strictEqual(
        said,
        "error: [DIR]/backup.yaml exists already, and is not overwritten\n  Name another file with --output, or move this one away.\n"
      )
      assert.deepStrictEqual([sent, readFileSync(path, "utf8")], [0, "mine\n"])
    })
  )

  it.live("to write where there is no directory", () =>
    Effect.gen(function* () {
      const path = join(directory({}), "none/backup.yaml")
      const { said } = yield* refused(well, ["--folder-id", folder, "--output", path])
      assert.include(said, "error: The file [DIR]/none/backup.yaml cannot be written (NotFound)\n")
    })
  )

  it.live("to guess a folder", () =>
    Effect.gen(function* () {
      const { said, sent } = yield* refused(well, [])
      assert.strictEqual(
        said,
        "error: No folder is named\n  Name it with --folder-id, once for each folder, or with YC_FOLDER_ID: `yc resource-manager folder list` shows the ids.\n"
      )
      assert.strictEqual(sent, 0)
      assert.deepStrictEqual(yield* refused(well, [], { YC_FOLDER_ID: "" }), { said, sent })
    })
  )

  it.live.each([[["--folder-id", "B1G"]], [["--folder-id", folder, "--folder-id", "../x"]]])(
    "an id that cannot be one: %j",
    ([args]) =>
      Effect.gen(function* () {
        const { said, sent } = yield* refused(well, args)
        assert.include(said, "Expected ids of folders, each 1 to 50 lower-case letters, digits, - or _")
        assert.strictEqual(sent, 0)
      })
  )

  it.live("words that it does not take", () =>
    Effect.gen(function* () {
      const { said } = yield* refused(well, ["--folder-id", folder, "backup.yaml"])
      assert.include(said, "See drift init --help")
    })
  )

  it.live("a folder in which nothing is", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        (yield* refused(well, ["--folder-id", "b1gempty"])).said,
        "error: There is nothing to declare: the folder b1gempty holds no instance and no resource\n  Correct the id: `yc resource-manager folder list` shows those of your folders.\n"
      )
    })
  )

  it.live("a folder in which only orphans are", () =>
    Effect.gen(function* () {
      const { said } = yield* refused({ resources: [healthy("epdorphan", { type: "COMPUTE" })] })
      assert.include(said, "the folder b1gemulator holds no machine, only what is left of some\n")
    })
  )

  it.live.each([
    ["instances", "forbidden", "Grant the account the role compute.viewer on the folder of the instance."],
    ["list", "forbidden", "Grant the account the role backup.viewer on the folder of the instance."],
    ["policies", "forbidden", "Grant the account the role backup.viewer on the folder of the instance."],
    ["applications", "unavailable", "Run again later; see the cloud's status page if it lasts."],
    ["instances", "not_found", "Correct the id: `yc resource-manager folder list` shows those of your folders."]
  ] as const)("to draft a part of a folder: %s are %s", ([on, fault, remedy]) =>
    Effect.gen(function* () {
      const path = join(directory({}), "backup.yaml")
      const policies = [{ id: "p1" }]
      const seed = { ...well, policies, faults: [{ fault, on }] }
      const { said } = yield* refused(seed, ["--folder-id", folder, "--output", path])
      assert.match(said, /^error: Could not read the whole of the folder b1gemulator: /)
      assert.strictEqual(said.split("\n").at(-2)?.trim(), remedy)
      assert.isFalse(existsSync(path))
    })
  )

  it.live("to draft the first page of a folder", () =>
    Effect.gen(function* () {
      const seed = { ...fleetOf(Array.from({ length: 1001 }, () => ({}))) }
      const faults = [{ fault: "internal" as const, on: "instances" as const, after: 1 }]
      const { said } = yield* refused({ ...seed, faults })
      assert.match(said, /^error: Could not read the whole of the folder b1gemulator: /)
    })
  )

  it.live("to wait for longer than it may", () =>
    Effect.gen(function* () {
      const faults = [{ fault: "latency" as const, on: "instances" as const, delay: "20s" }]
      const { said } = yield* refused({ ...well, faults }, ["--folder-id", folder, "--timeout", "2s"])
      assert.strictEqual(
        said,
        "error: The run's time limit of 2s ended before the folders were read whole\n  Allow more time with --timeout.\n"
      )
    })
  )
})
