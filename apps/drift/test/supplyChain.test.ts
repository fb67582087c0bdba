/**
 * What comes with the program: few packages, none of which runs anything when it is installed, each by its hash.
 */
import { globSync, readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { load } from "js-yaml"
import { bundle, root } from "./drift.ts"
import { read, Texts } from "./shell.ts"

const Versions = Schema.optionalKey(Schema.Record(Schema.String, Schema.Struct({ version: Schema.String })))
const lockfile = Schema.decodeUnknownSync(
  Schema.Struct({
    importers: Schema.Record(Schema.String, Schema.Struct({ dependencies: Versions })),
    packages: Schema.Record(Schema.String, Schema.Struct({ resolution: Texts })),
    snapshots: Schema.Record(
      Schema.String,
      Schema.Struct({ dependencies: Schema.optionalKey(Texts), optionalDependencies: Schema.optionalKey(Texts) })
    )
  })
)(load(read("pnpm-lock.yaml")))

const workspace = Schema.decodeUnknownSync(
  Schema.Struct({ allowBuilds: Schema.Record(Schema.String, Schema.Boolean), catalog: Texts })
)(load(read("pnpm-workspace.yaml")))

/** The packages of the program and all that they bring, each as `name@version`. */
const shipped = (): ReadonlySet<string> => {
  const found = new Set<string>()
  const add = (name: string, version: string): void => {
    const id = `${name}@${version}`
    if (version.startsWith("link:") || found.has(id)) return
    found.add(id)
    const { dependencies = {}, optionalDependencies = {} } = lockfile.snapshots[id] ?? assert.fail(id)
    for (const [name, version] of Object.entries({ ...dependencies, ...optionalDependencies })) add(name, version)
  }
  for (const [path, { dependencies = {} }] of Object.entries(lockfile.importers)) {
    if (!/^(apps|packages)\//.test(path)) continue
    for (const [name, { version }] of Object.entries(dependencies)) add(name, version)
  }
  return found
}

const nameOf = (id: string): string => id.slice(0, id.indexOf("@", 1))

describe("the supply chain", () => {
  it("brings at most eight packages at run time beside Effect's own", () => {
    const direct = new Set(
      Object.entries(lockfile.importers)
        .filter(([path]) => /^(apps|packages)\//.test(path))
        .flatMap(([, { dependencies = {} }]) => Object.keys(dependencies))
        .filter((name) => !name.startsWith("@holdfast/") && !/^(effect|@effect\/.*)$/.test(name))
    )
    assert.deepStrictEqual([...direct].toSorted(), ["jose", "js-yaml", "nodemailer", "undici"])
  })

  it("has an exact version of each package, and the hash of its content", () => {
    for (const [name, version] of Object.entries(workspace.catalog))
      assert.match(version, /^\d+\.\d+\.\d+(-beta\.\d+)?$/, name)
    for (const [id, { resolution }] of Object.entries(lockfile.packages)) {
      assert.deepStrictEqual(Object.keys(resolution), ["integrity"], id)
      assert.match(resolution.integrity ?? "", /^sha512-/, id)
    }
  })

  it("runs no step of what is shipped when it is installed", () => {
    const names = [...shipped()].map(nameOf)
    assert.isAbove(names.length, 3)
    for (const [name, isAllowed] of Object.entries(workspace.allowBuilds)) {
      assert.isFalse(isAllowed && names.includes(name), name)
    }
    for (const manifest of globSync("{apps,packages}/*/package.json", { cwd: root })) {
      const { scripts = {} } = JSON.parse(read(manifest))
      for (const step of ["preinstall", "install", "postinstall", "prepare"])
        assert.notProperty(scripts, step, manifest)
    }
  })

  it.each([".ci/run", "examples/ci/Dockerfile", "examples/compliance/Dockerfile", "scripts/drift.sh"])(
    "installs what the lockfile has alone: %s",
    (path) => {
      const installs = read(path)
        .split("\n")
        .filter((line) => /pnpm\b.* install\b/.test(line))
      assert.isAbove(installs.length, 0)
      for (const line of installs) assert.include(line, "--frozen-lockfile")
    }
  )

  it("is in what is built: no module of it is looked for anywhere else", () => {
    const files = readdirSync(dirname(bundle)).filter((name) => /\.[cm]js$/.test(name))
    assert.isAbove(files.length, 10)
    for (const name of files) {
      const text = readFileSync(join(dirname(bundle), name), "utf8")
      for (const [, module = ""] of text.matchAll(/\b(?:require|import)\("([^"\\]+)"/g)) {
        const isOwn = /^\.\/[\w-]+\.[cm]js$/.test(module) || builtinModules.includes(module.replace(/^node:/, ""))
        assert.isTrue(isOwn, `${name} looks for ${module}`)
      }
    }
  })
})
