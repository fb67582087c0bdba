import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { ManifestError, maxFileBytes } from "../src/ManifestSource.ts"
import { bytes, type Case, declare, run } from "./files.ts"

const a = declare({ "web-1": "i1" })
const b = declare({ "web-2": "i2", "web-3": "i3" })
const below = { "env/a.yaml": a, "env/deep/b.yaml": b, "env/notes.txt": "no manifest" }

const loaded: ReadonlyArray<readonly [string, Case, ReadonlyArray<string>, ReadonlyArray<string>]> = [
  ["one file", { files: { "a.yaml": a }, names: ["a.yaml"] }, ["./a.yaml"], ["./a.yaml:3 web-1 i1"]],
  [
    "several files, in the order of their names on the command line",
    { files: { "a.yaml": a, "b.yaml": b }, names: ["b.yaml", "a.yaml"] },
    ["./b.yaml", "./a.yaml"],
    ["./b.yaml:3 web-2 i2", "./b.yaml:4 web-3 i3", "./a.yaml:3 web-1 i1"]
  ],
  [
    "the files of a glob, sorted",
    { files: { "b.yaml": b, "a.yaml": a, "c.txt": "" }, names: ["*.yaml"] },
    ["./a.yaml", "./b.yaml"],
    ["./a.yaml:3 web-1 i1", "./b.yaml:3 web-2 i2", "./b.yaml:4 web-3 i3"]
  ],
  [
    "the files of a glob through directories",
    { files: below, names: ["env/**/*.yaml"] },
    ["./env/a.yaml", "./env/deep/b.yaml"],
    ["./env/a.yaml:3 web-1 i1", "./env/deep/b.yaml:3 web-2 i2", "./env/deep/b.yaml:4 web-3 i3"]
  ],
  [
    "the files of a glob in braces",
    { files: { "a.yaml": a, "b.yaml": b }, names: ["{b,a}.yaml"] },
    ["./a.yaml", "./b.yaml"],
    ["./a.yaml:3 web-1 i1", "./b.yaml:3 web-2 i2", "./b.yaml:4 web-3 i3"]
  ],
  [
    "files alone where a glob matches directories, too",
    { files: { "a.yaml": a, "sub/b.txt": "" }, names: ["*"] },
    ["./a.yaml"],
    ["./a.yaml:3 web-1 i1"]
  ],
  [
    "a file whose name looks like a glob",
    { files: { "a[1].yaml": a, "a1.yaml": b }, names: ["a[1].yaml"] },
    ["./a[1].yaml"],
    ["./a[1].yaml:3 web-1 i1"]
  ],
  [
    "a file once that is named twice",
    { files: { "a.yaml": a }, names: ["a.yaml", "a.yaml"] },
    ["./a.yaml"],
    ["./a.yaml:3 web-1 i1"]
  ],
  [
    "a file once that a name and a glob name",
    { files: { "a.yaml": a, "b.yaml": b }, names: ["b.yaml", "*.yaml"] },
    ["./b.yaml", "./a.yaml"],
    ["./b.yaml:3 web-2 i2", "./b.yaml:4 web-3 i3", "./a.yaml:3 web-1 i1"]
  ],
  ["standard input", { files: {}, names: ["-"], stdin: Stream.make(bytes(a)) }, ["<stdin>"], ["<stdin>:3 web-1 i1"]],
  [
    "standard input once that is named twice",
    { files: {}, names: ["-", "-"], stdin: Stream.make(bytes(a)) },
    ["<stdin>"],
    ["<stdin>:3 web-1 i1"]
  ],
  [
    "standard input in chunks that cut characters",
    {
      files: {},
      names: ["-"],
      stdin: Stream.fromIterable([...bytes(declare({ "сервер😀": "i1" }))].map((byte) => Uint8Array.of(byte)))
    },
    ["<stdin>"],
    ["<stdin>:3 сервер😀 i1"]
  ],
  [
    "standard input beside files",
    { files: { "a.yaml": a }, names: ["-", "a.yaml"], stdin: Stream.make(bytes(b)) },
    ["<stdin>", "./a.yaml"],
    ["<stdin>:3 web-2 i2", "<stdin>:4 web-3 i3", "./a.yaml:3 web-1 i1"]
  ],
  [
    "a file with a BOM",
    { files: { "a.yaml": `\uFEFF${a}` }, names: ["a.yaml"] },
    ["./a.yaml"],
    ["./a.yaml:3 web-1 i1"]
  ],
  ["a file without resources", { files: { "a.yaml": "version: 1\nresources:\n" }, names: ["a.yaml"] }, ["./a.yaml"], []]
]

const tooMany = new Uint8Array(50 * 1024 * 1024).fill("#".charCodeAt(0))
const large = `The file is larger than ${maxFileBytes / 1024 / 1024} MiB, the most that is read`

const refused: ReadonlyArray<readonly [string, Case, ReadonlyArray<string>]> = [
  [
    "a missing file, with the name of a near one",
    { files: { "fleet.yaml": a }, names: ["flete.yaml"] },
    ["./flete.yaml There is no such file It was looked for in .. (./fleet.yaml?)"]
  ],
  [
    "a missing file with nothing near",
    { files: { "fleet.yaml": a }, names: ["other.yaml"] },
    ["./other.yaml There is no such file It was looked for in .."]
  ],
  [
    "a missing directory",
    { files: {}, names: ["none/a.yaml"] },
    ["./none/a.yaml There is no such file It was looked for in ./none."]
  ],
  [
    "a glob that matches nothing",
    { files: { "a.yaml": a }, names: ["*.yml"] },
    ["./*.yml No file matches this pattern"]
  ],
  [
    "a directory without manifests",
    { files: { "env/below/a.yaml": a, "env/.b.yaml": a, "env/a.yaml.old": a }, names: ["env/"] },
    [
      './env/ This directory holds no .yaml or .yml file For those below it, write a pattern in quotes: "./env/**/*.yaml".'
    ]
  ],
  [
    "a path below a file",
    { files: { "a.yaml": a }, names: ["a.yaml/x"] },
    ["./a.yaml/x The file cannot be read (BadResource)"]
  ],
  ["a name with a NUL byte", { files: {}, names: ["a\0b"] }, ["./a\0b The file cannot be read (BadArgument)"]],
  ["a file of 50 MiB", { files: { "b.yaml": tooMany }, names: ["b.yaml"] }, [`./b.yaml ${large}`]],
  [
    "endless standard input",
    { files: {}, names: ["-"], stdin: Stream.forever(Stream.make(new Uint8Array(1024 * 1024))) },
    [`<stdin> ${large}`]
  ],
  [
    "a file that is one byte too long",
    { files: { "b.yaml": tooMany.subarray(0, maxFileBytes + 1) }, names: ["b.yaml"] },
    [`./b.yaml ${large}`]
  ],
  [
    "a comment that is just short enough, as empty",
    { files: { "b.yaml": tooMany.subarray(0, maxFileBytes) }, names: ["b.yaml"] },
    ["./b.yaml The file is empty"]
  ],
  [
    "UTF-16",
    { files: { "a.yaml": Buffer.from(`\uFEFF${a}`, "utf16le") }, names: ["a.yaml"] },
    ["./a.yaml The file is not UTF-8 text"]
  ],
  [
    "Latin-1",
    { files: { "a.yaml": Buffer.from("version: 1 # é\n", "latin1") }, names: ["a.yaml"] },
    ["./a.yaml The file is not UTF-8 text"]
  ],
  [
    "standard input that is not UTF-8",
    { files: {}, names: ["-"], stdin: Stream.make(Uint8Array.of(0xff)) },
    ["<stdin> The file is not UTF-8 text"]
  ],
  ["empty standard input", { files: {}, names: ["-"] }, ["<stdin> The file is empty"]],
  [
    "a mistake behind a BOM, without counting it",
    { files: { "a.yaml": "\uFEFFversion: 2\nresources:\n" }, names: ["a.yaml"] },
    ['./a.yaml:1:10 This program reads version 1 of the manifest, not "2"']
  ],
  [
    "an address in two files",
    { files: { "a.yaml": declare({ x: "i1" }), "b.yaml": declare({ y: "i2", x: "i3" }) }, names: ["a.yaml", "b.yaml"] },
    ['./b.yaml:4:3 "x" is declared in two files It stands first in ./a.yaml:3.']
  ],
  [
    "an instance in two files",
    { files: { "a.yaml": declare({ x: "i1" }), "b.yaml": declare({ y: "i1" }) }, names: ["a.yaml", "b.yaml"] },
    ['./b.yaml:3:3 "y" is the same instance as "x": i1 It stands first in ./a.yaml:3.']
  ],
  [
    "a copy of a file, once for each resource",
    { files: { "a.yaml": b, "b.yaml": b }, names: ["*.yaml"] },
    [
      './b.yaml:3:3 "web-2" is declared in two files It stands first in ./a.yaml:3.',
      './b.yaml:4:3 "web-3" is declared in two files It stands first in ./a.yaml:4.'
    ]
  ],
  [
    "an instance of standard input in a file",
    { files: { "a.yaml": a }, names: ["-", "a.yaml"], stdin: Stream.make(bytes(declare({ x: "i1" }))) },
    ['./a.yaml:3:3 "web-1" is the same instance as "x": i1 It stands first in <stdin>:3.']
  ],
  [
    "the mistakes of all files together",
    {
      files: {
        "a.yaml": "version: 2\nresources:\n  x: {instance: i1}\n",
        "b.yaml": Uint8Array.of(0xff),
        "c.yaml": declare({ x: "I" }),
        "d.yaml": declare({ x: "i1" })
      },
      names: ["*.none", "a.yaml", "b.yaml", "gone", "c.yaml", "d.yaml"]
    },
    [
      "./*.none No file matches this pattern",
      './a.yaml:1:10 This program reads version 1 of the manifest, not "2"',
      "./b.yaml The file is not UTF-8 text",
      "./gone There is no such file It was looked for in ..",
      './c.yaml:3:17 "I" cannot be the id of an instance',
      './d.yaml:3:3 "x" is declared in two files It stands first in ./a.yaml:3.'
    ]
  ]
]

describe("load", () => {
  for (const [fact, given, files, resources] of loaded) {
    it.effect(`reads ${fact}`, () =>
      Effect.gen(function* () {
        const manifest = yield* run(given)
        assert.deepStrictEqual(
          manifest.files.map(({ path }) => path),
          files
        )
        assert.deepStrictEqual(manifest.resources, resources)
      })
    )
  }

  for (const [fact, given, mistakes] of refused) {
    it.effect(`refuses ${fact}`, () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(run(given))
        assert.deepStrictEqual(failure.mistakes, mistakes)
        assert.isTrue(failure.error instanceof ManifestError && failure.error._tag === "ManifestError")
      })
    )
  }

  it.effect("gives the SHA-256 of each file's bytes, its BOM among them", () =>
    Effect.gen(function* () {
      const files = { "a.yaml": a, "b.yaml": `\uFEFF${b}` }
      const manifest = yield* run({
        files,
        names: ["*.yaml", "-"],
        stdin: Stream.make(bytes("version: 1\nres"), bytes("ources:\n"))
      })
      const hash = (text: string) => createHash("sha256").update(text).digest("hex")
      assert.deepStrictEqual(manifest.files, [
        { path: "./a.yaml", sha256: hash(files["a.yaml"]) },
        { path: "./b.yaml", sha256: hash(files["b.yaml"]) },
        { path: "<stdin>", sha256: hash("version: 1\nresources:\n") }
      ])
    })
  )

  it.effect("applies the defaults of a file to that file alone", () =>
    Effect.gen(function* () {
      const files = { "a.yaml": `defaults: {online: true, severity: low}\n${a}`, "b.yaml": declare({ "web-2": "i2" }) }
      const { desired } = yield* run({ files, names: ["*.yaml"] })
      assert.deepStrictEqual(
        desired.map(({ expectations, severity }) => ({ expectations, severity })),
        [
          { expectations: { online: true }, severity: "low" },
          { expectations: { enabled: true }, severity: "high" }
        ]
      )
    })
  )

  it.effect("says the first mistake and the number of the others in its message", () =>
    Effect.gen(function* () {
      const one = yield* Effect.flip(run({ files: { "a.yaml": declare({ x: "I" }) }, names: ["a.yaml"] }))
      assert.strictEqual(one.message, './a.yaml:3:17: "I" cannot be the id of an instance')
      const three = yield* Effect.flip(run({ files: {}, names: ["a", "b", "*.c"] }))
      assert.strictEqual(three.message, "./*.c: No file matches this pattern (and 2 more)")
    })
  )

  it.effect("tells 150,000 mistakes in one file, and as many between two", () =>
    Effect.gen(function* () {
      const names = Array.from({ length: 150_000 }, (_, i) => `r${i}`)
      const broken = yield* Effect.flip(
        run({
          files: { "a.yaml": `version: 1\nresources:\n${names.map((name) => `  ${name}:\n`).join("")}` },
          names: ["a.yaml"]
        })
      )
      assert.strictEqual(broken.mistakes.length, names.length)
      const fleet = declare(Object.fromEntries(names.map((name) => [name, name])))
      const twice = yield* Effect.flip(run({ files: { "a.yaml": fleet, "b.yaml": fleet }, names: ["*.yaml"] }))
      assert.strictEqual(twice.mistakes.length, names.length)
    })
  )
})
