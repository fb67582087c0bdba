import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { check, checkResources, resource } from "./check.ts"

const notYaml = "This is not YAML"
const empty = "- The file is empty"
const second = "A manifest is one YAML document, and a second one begins here"
const noAnchor = (name: string) => `No anchor &${name} stands before this alias`
const notMapping = "A merge key (<<) takes an alias of a mapping, or a list of them"
const notText = "A key must be plain text"

const nothing = "version: 1\nresources: {}\n"

const mistakes: ReadonlyArray<readonly [string, string, ReadonlyArray<string>]> = [
  [
    "a duplicate key at the top",
    "version: 1\nresources: {}\nversion: 1\n",
    ['3:1 The key "version" stands here a second time']
  ],
  [
    "a duplicate key, each time",
    "version: 1\nversion: 1\nversion: 1\nresources: {}\n",
    ['2:1 The key "version" stands here a second time', '3:1 The key "version" stands here a second time']
  ],
  [
    "a duplicate key in other quotes",
    `${nothing}x-a: {b: 1, "b": 2}\n`,
    ['3:13 The key "b" stands here a second time']
  ],
  [
    "a duplicate key by alias",
    "version: 1\nresources:\n  &n a: {instance: i}\n  *n : {instance: j}\n",
    ['4:3 The key "a" stands here a second time']
  ],
  [
    "a duplicate __proto__",
    `${nothing}x-a: {__proto__: 1, __proto__: 2}\n`,
    ['3:21 The key "__proto__" stands here a second time']
  ],
  ["an unknown alias", resource("enabled: *nope"), [`5:14 ${noAnchor("nope")}`]],
  ["an unknown alias as a resource", "version: 1\nresources:\n  a: *nope\n", [`3:6 ${noAnchor("nope")}`]],
  ["an unknown alias in a list", resource("status: [IDLE, *nope]"), [`5:20 ${noAnchor("nope")}`]],
  ["an unknown alias as the file", "*nope", [`1:1 ${noAnchor("nope")}`]],
  ["an unknown alias as a merge", resource("<<: *nope"), [`5:9 ${noAnchor("nope")}`]],
  ["an alias before its anchor", `x-a: *b\nx-b: &b 1\n${nothing}`, [`1:6 ${noAnchor("b")}`]],
  ["an alias inside its own anchor", `x-a: &a [*a]\n${nothing}`, [`1:10 ${noAnchor("a")}`]],
  ["an alias inside its own anchor, as a merge", `x-a: &a {<<: *a}\n${nothing}`, [`1:14 ${noAnchor("a")}`]],
  ["a custom tag on a value", resource("enabled: !secret true"), ["5:14 The tag !secret means nothing in a manifest"]],
  ["a custom tag on a duration", resource("maxBackupAge: !env AGE"), ["5:19 The tag !env means nothing in a manifest"]],
  [
    "a custom tag on a mapping",
    "version: 1\nresources: !fleet\n  a: {instance: i}\n",
    ["2:12 The tag !fleet means nothing in a manifest"]
  ],
  ["a custom tag on a list", resource("status: !any [IDLE]"), ["5:13 The tag !any means nothing in a manifest"]],
  ["a custom tag on a key", `${nothing}!k x-a: 1\n`, ["3:1 The tag !k means nothing in a manifest"]],
  ["a tag of code", `${nothing}x-a: !!js/function 'f'\n`, ["3:6 The tag !!js/function means nothing in a manifest"]],
  ["a tag without its handle", `${nothing}x-a: !e!x 1\n`, [`3:10 ${notYaml}: undeclared tag handle "!e!"`]],
  ["a merge of text", resource("<<: text"), [`5:5 ${notMapping}`]],
  ["a merge of nothing", resource("<<:"), [`5:5 ${notMapping}`]],
  [
    "a merge of a list in which one is none",
    resource("<<: [{online: true}, x, {active: true}]"),
    [`5:5 ${notMapping}`]
  ],
  ["a merge key in quotes", resource('"<<": {online: true}'), ['5:5 The resource "r" has no field "<<"']],
  ["a list as a key", "version: 1\nresources:\n  ? [a]\n  : {instance: i}\n", [`3:5 ${notText}`]],
  ["a mapping as a key", `? {a: 1}\n: 1\n${nothing}`, [`1:3 ${notText}`]],
  ["two lists as keys", `x-a:\n  ? [a]\n  : 1\n  ? [b]\n  : 2\n${nothing}`, [`2:5 ${notText}`, `4:5 ${notText}`]],
  ["a second document", `${nothing}---\nversion: 1\n`, [`4:1 ${second}`]],
  ["a second document after a leading ---", `---\n${nothing}---\nversion: 1\n`, [`5:1 ${second}`]],
  ["a second document after ...", `${nothing}...\n---\n# next\n\nversion: 1\n`, [`7:1 ${second}`]],
  ["a third document, told once", `${nothing}---\na: 1\n---\nb: 1\n`, [`4:1 ${second}`]],
  ["a second document of plain text", `${nothing}---\n\n  text\n`, [`5:3 ${second}`]],
  ["a second document on the line of its ---", `${nothing}--- {}\n`, [`3:5 ${second}`]],
  ["a second document that is an alias", `${nothing}--- *x\n`, [`3:5 ${second}`]],
  ["a second document that is empty", `---\n${nothing}---\n`, [`4:1 ${second}`]],
  [
    "the mistakes of the first of two documents",
    "version: 2\nresources: {}\n---\nversion: 1\n",
    ['1:10 This program reads version 1 of the manifest, not "2"', `4:1 ${second}`]
  ],
  ["an empty file", "", [empty]],
  ["a file of blank lines", " \n\n  \n", [empty]],
  ["a file of comments", "# fleet\n  # more\n", [empty]],
  ["--- alone", "---\n", [empty]],
  ["--- and a comment", "--- # fleet\n...\n", [empty]],
  ["a BOM alone", "\uFEFF", [empty]],
  [
    "a tab as indentation",
    "version: 1\nresources:\n\ta: {}\n",
    [`3:1 ${notYaml}: tab characters must not be used in indentation`]
  ],
  [
    "1,000 brackets",
    `${nothing}x-a: ${"[".repeat(1000)}${"]".repeat(1000)}\n`,
    [`3:37 ${notYaml}: nesting exceeded maxDepth (32)`]
  ],
  ["1,000 unclosed brackets", "[".repeat(1000), [`1:32 ${notYaml}: nesting exceeded maxDepth (32)`]],
  [
    "1,000 levels of indentation",
    `${Array.from({ length: 1000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n")}\n`,
    [`32:32 ${notYaml}: nesting exceeded maxDepth (32)`]
  ],
  ["1,000 dashes", `${"- ".repeat(1000)}\n`, [`1:65 ${notYaml}: nesting exceeded maxDepth (32)`]],
  ["an unclosed double quote", resource('status: "IDLE'), [`6:1 ${notYaml}…`]],
  ["an unclosed single quote", resource("status: 'IDLE"), [`6:1 ${notYaml}…`]],
  ["an unclosed bracket", resource("status: [IDLE"), [`6:1 ${notYaml}…`]],
  [
    "an unclosed brace",
    "version: 1\nresources: {a: {instance: i}",
    [`2:29 ${notYaml}: unexpected end of the stream within a flow collection`]
  ],
  ["a closing bracket too many", "version: 1\nresources: {}]\n", [`2:14 ${notYaml}…`]],
  ["an unknown escape", 'version: "\\q"\nresources: {}\n', [`1:12 ${notYaml}: unknown escape sequence`]],
  ["a colon too many", "version: 1\nresources:\n  a: b: c\n", [`3:7 ${notYaml}…`]],
  ["a colon too few", "version: 1\nresources:\n  a\n    instance: i\n", [`4:13 ${notYaml}…`]],
  [
    "indentation between two levels",
    "version: 1\nresources:\n  a:\n    instance: i\n   online: true\n",
    [`5:4 ${notYaml}: bad indentation of a mapping entry`]
  ],
  ["a reserved character", "version: @1\n", [`1:10 ${notYaml}…`]],
  ["an alias without a name", "version: *\n", [`1:11 ${notYaml}…`]],
  ["a NUL byte", "version: 1\nresources: {a: \0}\n", [`2:16 ${notYaml}: null byte is not allowed in input`]],
  ["a NUL byte at the very start", "\0version: 1\n", [`1:1 ${notYaml}: null byte is not allowed in input`]],
  ["a NUL byte at the very end", `${nothing}\0`, [`3:1 ${notYaml}: null byte is not allowed in input`]],
  [
    "a control character",
    "version: 1\nresources: {a: \u0007}\n",
    [`2:16 ${notYaml}: the stream contains non-printable characters`]
  ],
  ["half a surrogate pair", "version: \ud83d\n", [`1:10 ${notYaml}: the stream contains non-printable characters`]],
  [
    "a block scalar",
    "version: 1\nresources:\n  a:\n    instance: |\n      epd\n",
    ['5:1 "epd\n" cannot be the id of an instance']
  ],
  [
    "a line that ends in CR LF",
    resource("enabled: yes").replaceAll("\n", "\r\n"),
    ['5:14 Expected true or false, and this is "yes" (true?)']
  ],
  [
    "a line that ends in CR",
    resource("enabled: yes").replaceAll("\n", "\r"),
    ['5:14 Expected true or false, and this is "yes" (true?)']
  ],
  [
    "lines of every ending",
    "version: 1\r\nresources:\r  a:\n    instance: I\r\r\n",
    ['4:15 "I" cannot be the id of an instance']
  ],
  [
    "a line with Cyrillic before it",
    "version: 1\nresources:\n  сервер: {instance: БД}\n",
    ['3:22 "БД" cannot be the id of an instance']
  ],
  [
    "a line with emoji before it",
    "version: 1\nresources:\n  🗄️😀: {instance: 👻}\n",
    ['3:19 "👻" cannot be the id of an instance']
  ],
  [
    "a line with emoji in lines above it",
    "# 😀😀\nversion: 2 # 😀\nresources: {}\n",
    ['2:10 This program reads version 1 of the manifest, not "2"']
  ],
  ["a broken line with emoji before it", "version: 1\nresources:\n  😀😀: b: c\n", [`3:8 ${notYaml}…`]],
  [
    "a line of 200 characters",
    `version: 2${" ".repeat(190)}\nresources: {}\n`,
    ['1:10 This program reads version 1 of the manifest, not "2"']
  ],
  [
    "a line of 201 characters, which is not shown",
    `version: 2${" ".repeat(191)}\nresources: {}\n`,
    ['1:10 This program reads version 1 of the manifest, not "2"']
  ],
  ["__proto__ as a field", resource("__proto__: {enabled: false}"), ['5:5 The resource "r" has no field "__proto__"']],
  [
    "constructor and toString as fields",
    resource("constructor: 1", "toString: 1"),
    ['5:5 The resource "r" has no field "constructor"', '6:5 The resource "r" has no field "toString"']
  ],
  ["__proto__ at the top", `${nothing}__proto__: {a: 1}\n`, ['3:1 A manifest has no field "__proto__"']],
  [
    "__proto__ as a status",
    resource("status: __proto__"),
    ['5:13 Expected one of IDLE, BACKUPING, RECOVERING, FAILED, OTHER, and this is "__proto__"']
  ],
  [
    "a merged field, at its place",
    "version: 1\nx-a: &a {enabeld: true}\nresources:\n  r: {<<: *a, instance: i}\n",
    ['2:10 The resource "r" has no field "enabeld" (enabled?)']
  ]
]

describe("a mistake of YAML", () => {
  for (const [fact, text, expected] of mistakes) it.effect(`is found in ${fact}`, () => check(text, expected))
})

const bases = "x-a: &a {online: true, active: true}\nx-b: &b {online: false, registered: true}\n"
const r = (expectations: object) => [{ address: "r", instance: "i", expectations }]

const good: ReadonlyArray<readonly [string, string, ReadonlyArray<{ readonly address: string }>]> = [
  [
    "anchors and aliases of values",
    "version: 1\nx-id: &id i\nresources: {r: {instance: *id, online: &t true, active: *t}}\n",
    r({ online: true, active: true })
  ],
  [
    "an alias of a list",
    "version: 1\nx-s: &s [IDLE, OTHER]\nresources: {r: {instance: i, status: *s}}\n",
    r({ status: ["IDLE", "OTHER"] })
  ],
  [
    "an anchor named a second time",
    "version: 1\nx-a: &a true\nx-b: &a false\nresources: {r: {instance: i, online: *a}}\n",
    r({ online: false })
  ],
  ["an alias of all resources", "x-r: &r {r: {instance: i}}\nversion: 1\nresources: *r\n", r({ enabled: true })],
  ["a merge", `version: 1\n${bases}resources: {r: {<<: *a, instance: i}}\n`, r({ online: true, active: true })],
  [
    "a merge under the mapping's own fields, wherever it stands",
    `version: 1\n${bases}resources: {r: {active: false, <<: *a, instance: i, online: false}}\n`,
    r({ active: false, online: false })
  ],
  [
    "a list of merges, of which the first wins",
    `version: 1\n${bases}resources: {r: {<<: [*b, *a], instance: i}}\n`,
    r({ online: false, registered: true, active: true })
  ],
  [
    "two merge keys, of which the first wins",
    `version: 1\n${bases}resources: {r: {<<: *a, instance: i, <<: *b}}\n`,
    r({ online: true, active: true, registered: true })
  ],
  [
    "a merge of a merge",
    `version: 1\n${bases}x-c: &c {<<: *a, online: false}\nresources: {r: {<<: *c, instance: i}}\n`,
    r({ online: false, active: true })
  ],
  ["a merge written in place", "version: 1\nresources: {r: {<<: {online: true}, instance: i}}\n", r({ online: true })],
  [
    "a merge of resources",
    "version: 1\nx-r: &r {r: {instance: j}, s: {instance: s}}\nresources: {<<: *r, r: {instance: i}}\n",
    [...r({ enabled: true }), { address: "s" }]
  ],
  [
    "a merge over the defaults",
    "version: 1\nx-a: &a {online: true}\ndefaults: {online: false, active: true}\nresources: {r: {<<: *a, instance: i}}\n",
    r({ online: true, active: true })
  ],
  [
    "tags of the core schema",
    "version: !!int 1\nresources: !!map {r: {instance: !!str i, status: !!seq [! IDLE]}}\n",
    r({ status: ["IDLE"] })
  ],
  [
    "block scalars",
    "version: 1\nresources:\n  r:\n    instance: |-\n      i\n    status: >-\n      IDLE\n",
    r({ status: ["IDLE"] })
  ],
  ["explicit keys", "? version\n: 1\n? resources\n: ? r\n  : instance: i\n", r({ enabled: true })],
  [
    "keys that look like other types",
    "version: 1\nresources: {1: {instance: a}, true: {instance: b}, null: {instance: c}, 1.5: {instance: d}, 2026-01-01: {instance: e}}\n",
    ["1", "true", "null", "1.5", "2026-01-01"].map((address) => ({ address }))
  ],
  [
    "__proto__, constructor and toString as names",
    "version: 1\nresources: {__proto__: {instance: a}, constructor: {instance: b}, toString: {instance: c}}\n",
    ["__proto__", "constructor", "toString"].map((address) => ({ address }))
  ],
  ["a BOM", "\uFEFFversion: 1\nresources: {r: {instance: i}}\n", r({ enabled: true })],
  ["CR LF", resource("online: true").replaceAll("\n", "\r\n"), r({ online: true })],
  ["CR", resource("online: true").replaceAll("\n", "\r"), r({ online: true })],
  ["no line end at the end", resource("online: true").trimEnd(), r({ online: true })],
  ["tabs between words", "version:\t1\nresources: \n  r: \t# comment\n    instance:\ti\t\n", r({ enabled: true })],
  ["a leading --- and a trailing ...", `---\n${resource()}...\n`, r({ enabled: true })],
  ["a YAML directive", `%YAML 1.2\n---\n${resource()}`, r({ enabled: true })],
  ["30 levels under an x- key", `${resource()}x-a: ${"[".repeat(30)}${"]".repeat(30)}\n`, r({ enabled: true })]
]

describe("a manifest in YAML", () => {
  for (const [fact, text, expected] of good) it.effect(`may have ${fact}`, () => checkResources(text, expected))

  it.effect("changes no prototype", () =>
    Effect.gen(function* () {
      const before = Object.getOwnPropertyNames(Object.prototype)
      yield* check(resource("__proto__: {polluted: true}", "constructor: {prototype: {polluted: true}}"), [
        '5:5 The resource "r" has no field "__proto__"',
        '6:5 The resource "r" has no field "constructor"'
      ])
      assert.deepStrictEqual(Object.getOwnPropertyNames(Object.prototype), before)
    })
  )
})
