import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { directory, drift, healthy, root, transcript, withEmulator } from "./drift.ts"

const fixtures = join(import.meta.dirname, "fixtures/terraform")
const read = (name: string): string => readFileSync(join(fixtures, name), "utf8")

/** A value of the fixtures that is sensitive in Terraform, wherever one is. */
const secret = "fixture-secret-7f3a"

const example = join(root, "examples/terraform/terraform.tfstate")

describe("drift import terraform", () => {
  it.live.each(["terraform.tfstate", "plan.json"])("writes a manifest of %s, and warns of what is not in it", (name) =>
    Effect.gen(function* () {
      const result = yield* drift(["import", "terraform", name], { cwd: fixtures })
      yield* Effect.promise(() =>
        expect(transcript(`drift import terraform ${name}`, result)).toMatchFileSnapshot(
          `snapshots/importTerraform/${name}.txt`
        )
      )
    })
  )

  it.live("makes the same of a state and of what terraform show -json prints of it", () =>
    Effect.gen(function* () {
      const [file, shown] = yield* Effect.forEach(["terraform.tfstate", "shown-state.json"], (name) =>
        drift(["import", "terraform", "-"], { stdin: read(name) })
      )
      assert.strictEqual(shown?.code, 0)
      assert.strictEqual(shown?.stderr, file?.stderr)
      assert.strictEqual(shown?.stdout, file?.stdout.replace("a state of serial 117", "a state"))
      assert.match(
        shown?.stdout ?? "",
        /^# Made by drift import terraform from standard input, a state, Terraform 1\.11\.4\.\n/
      )
    })
  )

  it.live.each(["terraform.tfstate", "shown-state.json", "plan.json"])("copies no secret of %s", (name) =>
    Effect.gen(function* () {
      assert.isAbove(read(name).split(secret).length, 5)
      const { code, stderr, stdout } = yield* drift(["import", "terraform", name], { cwd: fixtures })
      assert.strictEqual(code, 0)
      assert.notInclude(stdout + stderr, secret)
      // Not even in part: of the attributes, only ids and the names of policies are there.
      assert.notMatch(stdout + stderr, /ssh-|cloud-config|ubuntu|aje|ru-central1/)
    })
  )

  it.live.each<readonly [string, (text: string) => string]>([
    ["cut off", (text: string) => text.slice(0, text.lastIndexOf(secret))],
    ["of another shape", (text: string) => JSON.stringify({ outputs: JSON.parse(text).outputs })],
    ["with attributes that are none", (text: string) => text.replaceAll(/"id": "(epd\w+)"/g, `"id": ["${secret}"]`)]
  ])("says nothing of a state that is %s but what is wrong with it", ([, spoil]) =>
    Effect.gen(function* () {
      const stdin = spoil(read("terraform.tfstate"))
      const { code, stderr, stdout } = yield* drift(["import", "terraform", "-"], { stdin })
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.include(stderr, "<stdin>: error: ")
      assert.notInclude(stderr, secret)
    })
  )

  it.live("writes to a file that is not there, and says how many it declares", () =>
    Effect.gen(function* () {
      const cwd = directory({})
      const args = ["import", "terraform", example]
      const { stdout: manifest } = yield* drift(args)
      const { code, stderr, stdout } = yield* drift([...args, "--output", "backup.yaml"], { cwd })
      assert.deepStrictEqual([code, stdout], [0, ""])
      assert.match(stderr, /\nbackup\.yaml: written, 5 resources\n$/)
      assert.strictEqual(
        readFileSync(join(cwd, "backup.yaml"), "utf8").split("\n").slice(1).join("\n"),
        manifest.split("\n").slice(1).join("\n")
      )
    })
  )

  it.live("never replaces a file, nor what a link leads to, but writes to devices", () =>
    Effect.gen(function* () {
      const state = readFileSync(example, "utf8")
      const cwd = directory({ "backup.yaml": "version: 1\n", "empty.yaml": "", "terraform.tfstate": state })
      symlinkSync("backup.yaml", join(cwd, "link.yaml"))
      for (const output of ["backup.yaml", "empty.yaml", "link.yaml", "terraform.tfstate"]) {
        const { code, stderr, stdout } = yield* drift(
          ["import", "terraform", "terraform.tfstate", "--output", output],
          { cwd }
        )
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.strictEqual(
          stderr,
          `error: ${output} exists, and would be replaced\n  Name another file with --output, or move that one away first.\n`
        )
      }
      assert.strictEqual(readFileSync(join(cwd, "backup.yaml"), "utf8"), "version: 1\n")
      assert.strictEqual(readFileSync(join(cwd, "terraform.tfstate"), "utf8"), state)
      const device = yield* drift(["import", "terraform", example, "--output", "/dev/null"])
      assert.deepStrictEqual([device.code, device.stdout], [0, ""])
    })
  )

  it.live("leaves no file behind where nothing can be made", () =>
    Effect.gen(function* () {
      const cwd = directory({ "terraform.tfstate": "{}" })
      const { code } = yield* drift(["import", "terraform", "terraform.tfstate", "--output", "backup.yaml"], { cwd })
      assert.strictEqual(code, 1)
      assert.throws(() => readFileSync(join(cwd, "backup.yaml")), /ENOENT/)
    })
  )

  it.live.each<readonly [string, string, string]>([
    ["no.tfstate", "There is no such file", "It was looked for in"],
    ["directory", "This is a directory", "Name a file in it."],
    ["saved.tfplan", "This is a plan as only Terraform reads it", "Write it out with `terraform show -json`"],
    ["utf16.json", "The file is not UTF-8 text", "Save it as UTF-8: in PowerShell"],
    ["large.tfstate", "The file is larger than 64 MiB, the most that is read", "Import the states of its parts"],
    ["main.tf", "This is not JSON, as Terraform's states are", "Give a terraform.tfstate, or pipe in what"],
    [
      "backend.tfstate",
      "This program reads version 4 of Terraform's state, and this is 3",
      "Terraform 0.12 and newer write version 4: `terraform state pull`"
    ],
    ["plan.json", "There is no yandex_compute_instance in this plan", "Import the state that holds the instances."]
  ])("says of %s: %s", ([name, summary, remedy]) =>
    Effect.gen(function* () {
      const cwd = directory({
        "large.tfstate": "",
        "main.tf": `resource "yandex_compute_instance" "a" { password = "${secret}" }`,
        "backend.tfstate": '{"version": 3, "serial": 1, "backend": {"type": "s3"}}',
        "plan.json": '{"format_version": "1.2", "planned_values": {"root_module": {}}}',
        "saved.tfplan": "PK\u0003\u0004"
      })
      writeFileSync(join(cwd, "utf16.json"), Buffer.from("\ufeff{}", "utf16le"))
      truncateSync(join(cwd, "large.tfstate"), 64 * 1024 * 1024 + 1)
      mkdirSync(join(cwd, "directory"))
      const { code, stderr, stdout } = yield* drift(["import", "terraform", name], { cwd })
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.isTrue(stderr.startsWith(`${name}: error: ${summary}\n  ${remedy}`), stderr)
      assert.notInclude(stderr, secret)
    })
  )

  it.live("makes drift of an instance that no policy is bound to, until somebody decides", () =>
    Effect.gen(function* () {
      const resources = [
        {
          mode: "managed",
          type: "yandex_compute_instance",
          name: "a",
          instances: [{ attributes: { id: "epda", name: "a", folder_id: "b1gfolder" } }]
        }
      ]
      const cwd = directory({ "terraform.tfstate": JSON.stringify({ version: 4, serial: 1, resources }) })
      yield* drift(["import", "terraform", "terraform.tfstate", "--output", "backup.yaml"], { cwd })
      const valid = yield* drift(["validate"], { cwd })
      assert.deepStrictEqual([valid.code, valid.stdout], [0, "backup.yaml: valid, 1 resource\n"])
      const seed = {
        resources: [healthy("epda", { enabled: false, status: "OTHER", statusDetails: "no_policies_applied" })]
      }
      const { code, stdout } = yield* withEmulator(seed, (env) => drift(["check"], { cwd, env }))
      assert.strictEqual(code, 2)
      assert.include(stdout, "~ yandex_compute_instance.a  epda  drifted")
      const manifest = readFileSync(join(cwd, "backup.yaml"), "utf8")
      writeFileSync(join(cwd, "backup.yaml"), manifest.replace("epda, protected: true", "epda, enabled: false"))
      const decided = yield* withEmulator(seed, (env) => drift(["check"], { cwd, env }))
      assert.strictEqual(decided.code, 0, decided.stdout)
    })
  )

  it.live("names all instances that cannot be declared, harmless on a terminal", () =>
    Effect.gen(function* () {
      const bad = (name: string, id: string) => ({
        mode: "managed",
        type: "yandex_compute_instance",
        name,
        instances: [{ attributes: { id } }]
      })
      const resources = [bad("a", "epda"), bad("b", "epda"), bad("c", "\u001b[2J"), bad("##vso[x]\u202e", "A")]
      const stdin = JSON.stringify({ version: 4, serial: 1, resources })
      const { code, stderr } = yield* drift(["import", "terraform", "-"], { stdin })
      assert.strictEqual(code, 1)
      assert.include(
        stderr,
        'error: "yandex_compute_instance.b" is the same instance as "yandex_compute_instance.a": epda\n'
      )
      assert.include(stderr, 'error: "yandex_compute_instance.c" has an `id` that no instance can have: "\\x1b[2J"\n')
      assert.notMatch(stderr, /\u001b|\u202e|##vso/)
      assert.lengthOf(stderr.match(/error:/g) ?? [], 3)
    })
  )

  it.live("must be told what to import, and from where", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* drift(["import"])).code, 1)
      const nothing = yield* drift(["import", "terraform"])
      assert.deepStrictEqual([nothing.code, nothing.stdout], [1, ""])
      assert.include(nothing.stderr, "Missing required argument: file")
    })
  )
})
