import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Schema } from "effect"
import {
  binding,
  byTime,
  daily,
  imported,
  instance,
  manifestOf,
  policy,
  resource,
  resourcesOf,
  stateOf
} from "./terraform.ts"

const lines = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  text.split("\n").filter((line) => pattern.test(line))

describe("importTerraform", () => {
  it("declares each instance by its address, with the names of the policies that are bound to it", () => {
    const text = stateOf([
      policy("cbqdaily", "daily"),
      instance("web", "epdweb0", { index_key: 0 }),
      instance("web", "epdweb1", { index_key: 10 }),
      instance("web", "epdweb2", { index_key: 2 }),
      instance("main", "epdmain", { index_key: "a", module: 'module.db["eu"]' }),
      ...["epdweb0", "epdweb1", "epdweb2", "epdmain"].map((id) => binding("cbqdaily", id)),
      binding("cbqelsewhere", "epdmain"),
      binding("cbqdaily", "epdmain")
    ])
    assert.deepStrictEqual(Object.entries(resourcesOf(manifestOf(text))), [
      [
        'module.db["eu"].yandex_compute_instance.main["a"]',
        { instance: "epdmain", policies: ["daily", "cbqelsewhere"] }
      ],
      ["yandex_compute_instance.web[0]", { instance: "epdweb0", policies: ["daily"] }],
      ["yandex_compute_instance.web[2]", { instance: "epdweb2", policies: ["daily"] }],
      ["yandex_compute_instance.web[10]", { instance: "epdweb1", policies: ["daily"] }]
    ])
    assert.include(manifestOf(text), "defaults:\n  protected: true\n  # As often")
    assert.include(manifestOf(text), "  maxBackupAge: 26h\n")
  })

  it("says what it is made of, and is the same each time, whatever the order of the file", () => {
    const resources = [instance("b"), instance("a"), policy("cbqdaily", "daily"), binding("cbqdaily", "epda")]
    const text = manifestOf(stateOf(resources))
    assert.match(
      text,
      /^# Made by drift import terraform from terraform\.tfstate, a state of serial 7, Terraform 1\.11\.4\.\n/
    )
    assert.strictEqual(manifestOf(stateOf(resources.toReversed())), text)
  })

  it("asks for a decision about an instance that no policy is bound to, and has it protected until then", () => {
    const text = stateOf([policy("cbqdaily", "daily"), instance("a"), instance("b"), binding("cbqdaily", "epda")])
    const manifest = manifestOf(text)
    assert.include(
      manifest,
      "  # no backup policy is bound to it in Terraform: bind one, or declare enabled: false in place of protected\n" +
        "  yandex_compute_instance.b: {instance: epdb, protected: true}\n"
    )
    const result = imported(text)
    assert.deepInclude("warnings" in result ? result.warnings[0] : {}, {
      severity: "warning",
      summary: "No backup policy is bound in Terraform to 1 of 2 instances"
    })
  })

  it("takes what data sources look up for names of policies, and declares no instance that is only looked up", () => {
    const looksUp = { mode: "data" }
    const text = stateOf([
      { ...policy("cbqdaily", "Default daily"), ...looksUp },
      { ...instance("other", "epdother"), ...looksUp },
      instance("a"),
      binding("cbqdaily", "epda"),
      binding("cbqdaily", "epdother")
    ])
    const manifest = manifestOf(text)
    assert.deepStrictEqual(resourcesOf(manifest), {
      "yandex_compute_instance.a": { instance: "epda", policies: ["Default daily"] }
    })
    assert.include(manifest, "#   yandex_backup_policy_bindings.cbqdaily-epdother: epdother\n")
  })

  it("names a policy by its id where its name means another, too, or nothing", () => {
    const names = { cbq1: "twice", cbq2: "twice", cbq3: "", cbq4: "cbq1", cbq5: null, cbq6: "own" }
    const text = stateOf([
      instance("a"),
      ...Object.entries(names).flatMap(([id, name]) => [policy(id, name), binding(id, "epda")])
    ])
    assert.deepStrictEqual(resourcesOf(manifestOf(text))["yandex_compute_instance.a"]?.policies, [
      ...["cbq1", "cbq2", "cbq3", "cbq4", "cbq5", "own"]
    ])
  })

  it("names an instance by its id where its address is too long for a name", () => {
    const module = Array.from({ length: 9 }, (_, index) => `module.a_module_with_a_long_name_${index}`).join(".")
    const manifest = manifestOf(stateOf([instance("a", "epda", { module })]))
    assert.deepStrictEqual(Object.keys(resourcesOf(manifest)), ["epda"])
    assert.include(manifest, `  # ${module}.yandex_compute_instance.a\n`)
  })

  it("lists what is left over from a replacement, and declares what replaced it", () => {
    const text = stateOf([instance("a", "epdnew"), instance("a", "epdold", { deposed: "4a5b6c7d" })])
    assert.deepStrictEqual(Object.values(resourcesOf(manifestOf(text))), [{ instance: "epdnew", protected: true }])
    assert.include(manifestOf(text), "#   yandex_compute_instance.a: epdold\n")
  })

  it("offers the folders of its instances to be watched", () => {
    const manifest = manifestOf(stateOf([instance("a"), instance("b")]))
    assert.match(manifest, /\n# To be told of .*\n# folders:\n# {3}b1gfolder: \{unlisted: report\}\n$/)
  })
})

describe("maxBackupAge", () => {
  /** The line that says it, or why it is left out, for an instance with a policy of this schedule. */
  const said = (scheduling: unknown, more: Readonly<Record<string, unknown>> = {}) =>
    lines(
      manifestOf(stateOf([instance("a"), policy("cbq1", "p", scheduling, more), binding("cbq1", "epda")])),
      /maxBackupAge/
    )
  const every = (seconds: unknown) => ({ backup_sets: [{ execute_by_interval: seconds }] })
  const left = (why: string) => [`  # maxBackupAge is left out: p (cbq1): ${why}`]
  const irregular = left("its schedule is neither daily nor by an interval")
  const months = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

  it.each<readonly [string, unknown, ReadonlyArray<string>]>([
    ["daily", daily, ["  maxBackupAge: 26h"]],
    [
      "daily in every month, every half hour",
      { backup_sets: [byTime({ type: "DAILY", months, repeat_every: "30m" })] },
      ["  maxBackupAge: 26h"]
    ],
    ["daily as it was written before there were backup sets", byTime({ type: "DAILY" }), ["  maxBackupAge: 26h"]],
    ["every day since the last", every(86_400), ["  maxBackupAge: 26h"]],
    ["every hour since the last", every(3_600), ["  maxBackupAge: 3h"]],
    ["every 1024 seconds", every(1_024), ["  maxBackupAge: 138m"]],
    [
      "the most frequent of several sets",
      { backup_sets: [byTime({ type: "MONTHLY" }), byTime({ type: "DAILY" })] },
      ["  maxBackupAge: 26h"]
    ],
    ["9999 days", every(863_913_601), irregular],
    ["no interval", every(0), irregular],
    ["weekly", { backup_sets: [byTime({ type: "WEEKLY", weekdays: ["SUNDAY"] })] }, irregular],
    ["daily in some months", { backup_sets: [byTime({ type: "DAILY", months: [1, 2] })] }, irregular],
    ["every other day", { backup_sets: [byTime({ type: "DAILY", repeat_every: "2d" })] }, irregular],
    ["daily without a time", { backup_sets: [byTime({ type: "DAILY", repeat_at: [] })] }, irregular],
    ["with a long delay", { ...daily, random_max_delay: "5h" }, left("its backups may begin more than an hour late")],
    ["off", { ...daily, enabled: false }, left("its schedule is off")],
    ["not as documented", { backup_sets: "daily" }, left("its schedule is not known")]
  ])("of a schedule that is %s", (_, scheduling, expected) => assert.deepStrictEqual(said(scheduling), expected))

  it("is left out where the policy is not enabled, or is not in the file", () => {
    assert.deepStrictEqual(said(daily, { enabled: false }), left("this policy is not enabled"))
    const elsewhere = manifestOf(stateOf([instance("a"), binding("cbq1", "epda")]))
    assert.deepStrictEqual(lines(elsewhere, /maxBackupAge/), [
      "  # maxBackupAge is left out: cbq1: this policy is not in the file"
    ])
    const none = manifestOf(stateOf([instance("a")]))
    assert.deepStrictEqual(lines(none, /maxBackupAge/), [
      "  # maxBackupAge is left out: no backup policy is bound to any instance"
    ])
  })

  it("is each instance's own where they differ", () => {
    const resources = [
      policy("cbq1", "daily"),
      policy("cbq2", "hourly", every(3_600)),
      instance("a"),
      instance("b"),
      instance("c")
    ]
    const bindings = [binding("cbq1", "epda"), binding("cbq1", "epdb"), binding("cbq2", "epdb")]
    const manifest = manifestOf(stateOf([...resources, ...bindings]))
    assert.deepStrictEqual(resourcesOf(manifest), {
      "yandex_compute_instance.a": { instance: "epda", policies: ["daily"], maxBackupAge: "26h" },
      "yandex_compute_instance.b": { instance: "epdb", policies: ["daily", "hourly"], maxBackupAge: "3h" },
      "yandex_compute_instance.c": { instance: "epdc", protected: true }
    })
    assert.include(manifest, "defaults:\n  protected: true\nresources:\n")
  })
})

describe("hostile texts", () => {
  const nasty = [
    ...[
      "x: y",
      "# no",
      "a\nb: {instance: evil}",
      "\r\n",
      "\u2028x",
      "\u0085x",
      "a'b",
      'a"b',
      "'",
      '"',
      "\\",
      "\u0024{x} %{y}",
      "- a"
    ],
    ...[
      "*a",
      "&a",
      "!!str x",
      "null",
      "true",
      "No",
      "~",
      "<<",
      "[a]",
      "{a}",
      "a, b",
      "?",
      "|",
      ">",
      "%",
      "@",
      "`",
      " a ",
      "12",
      "0x1f"
    ],
    ...[
      "\u202eevil",
      "\u200b",
      "\u007f",
      "\u001b[2J",
      "##vso[task.setvariable variable=x]y",
      "##[error]x",
      "::error::x"
    ],
    ...["\ud800", "имя", "a\u00a0b", "\u{e0041}", "---", "...", "a".repeat(300)]
  ]

  /** One line for each declared instance, one resource each, and nothing that a terminal or a build server acts on. */
  const isSound = (key: string, name: string, path: string) => {
    const text = stateOf(
      [
        policy("cbq1", name),
        instance("a", "epda", { index_key: key, module: "module.m" }),
        instance("b", "epdb"),
        binding("cbq1", "epda"),
        binding(name, "epdb"),
        binding("cbq1", key)
      ],
      { terraform_version: name }
    )
    const manifest = manifestOf(text, path)
    assert.notMatch(manifest, /[^\p{L}\p{M}\p{N}\p{P}\p{S} \n]/u)
    assert.notMatch(manifest, /##|^\s*::/m)
    const resources = resourcesOf(manifest)
    assert.deepStrictEqual(
      Object.values(resources)
        .map((fields) => fields.instance)
        .toSorted(),
      ["epda", "epdb"]
    )
    const a = Object.values(resources).find((fields) => fields.instance === "epda")
    assert.deepStrictEqual(
      a?.policies,
      [name.trim() === "" || name.length > 200 ? "cbq1" : name.isWellFormed() ? name : a?.policies].flat()
    )
  }

  it.each(nasty)("such as %j break nothing", (text) => isSound(text, text, text))

  it.effect.prop(
    "of any kind break nothing",
    [Arbitrary.schema(Schema.String), Arbitrary.schema(Schema.String)],
    ([key, name]) => Effect.sync(() => isSound(key, name, key))
  )

  it("stand in an address as Terraform writes them", () => {
    const key = 'a"b\\c\n\t\u0024{d} %{e} $f \u202e\u{e0041} имя'
    const manifest = manifestOf(stateOf([instance("a", "epda", { index_key: key })]))
    assert.deepStrictEqual(Object.keys(resourcesOf(manifest)), [
      'yandex_compute_instance.a["a\\"b\\\\c\\n\\t$${d} %%{e} $f \\u202e\\U000e0041 имя"]'
    ])
  })
})

describe("what terraform show -json prints", () => {
  const shown = (address: string, values: unknown, more: object = {}) => ({
    address,
    mode: "managed",
    type: /(yandex_\w+)\.\w+$/.exec(address)?.[1],
    values,
    ...more
  })
  const web = shown("yandex_compute_instance.web", { id: "epdweb" })

  it("is read through all its modules", () => {
    const inner = shown("module.a.module.b.yandex_compute_instance.db", { id: "epddb" })
    const root_module = { resources: [web], child_modules: [{ child_modules: [{ resources: [inner] }] }] }
    const manifest = manifestOf(JSON.stringify({ format_version: "1.0", values: { root_module } }))
    assert.deepStrictEqual(Object.keys(resourcesOf(manifest)), [inner.address, web.address])
    assert.match(manifest, /^# Made by .*, a state\.\n/)
  })

  it("may be of a plan that is not whole, which is said", () => {
    const plan = { format_version: "1.2", planned_values: { root_module: { resources: [web] } } }
    const whole = imported(JSON.stringify({ ...plan, complete: true, errored: false }))
    const partial = imported(JSON.stringify({ ...plan, complete: false }))
    const errored = imported(JSON.stringify({ ...plan, errored: true }))
    for (const [result, isPartial] of [
      [whole, false],
      [partial, true],
      [errored, true]
    ] as const) {
      assert.strictEqual(JSON.stringify(result).includes("does not reach all resources"), isPartial)
    }
  })

  it.each(["", " ", "epdweb", "<<", "instance"])("may give an address of %j, which becomes no name", (address) => {
    const root_module = { resources: [{ ...web, address }] }
    const manifest = manifestOf(JSON.stringify({ format_version: "1.0", values: { root_module } }))
    assert.deepStrictEqual(Object.keys(resourcesOf(manifest)), ["epdweb"])
  })

  it("becomes no manifest where no instance of a plan has an id", () => {
    const resources = [shown("yandex_compute_instance.a", {}), shown("yandex_compute_instance.b", { id: null })]
    const plan = { format_version: "1.2", planned_values: { root_module: { resources } } }
    assert.deepStrictEqual(imported(JSON.stringify(plan)), ["No instance in this plan has an id yet: 2"])
  })
})

describe("a file that no manifest can be made of", () => {
  const unreadable = 'The attributes of "yandex_compute_instance.a" are not as its provider documents them'

  it.each<readonly [string, ReadonlyArray<string>]>([
    ["", ["The file is empty"]],
    ["{", ["This is not JSON, as Terraform's states are"]],
    ['resource "yandex_compute_instance" "a" {}', ["This is not JSON, as Terraform's states are"]],
    ["[]", ["A state of Terraform is an object, and this is a list"]],
    ["null", ["A state of Terraform is an object, and this is null"]],
    ["4", ["A state of Terraform is an object, and this is a number"]],
    ["{}", ["This is no state of Terraform: it is an empty object"]],
    ['{"version": 4}', ['This is no state of Terraform: it is an object of "version"']],
    [
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}',
      ['This is no state of Terraform: it is an object of "a", "b", "c", "d", "e", …']
    ],
    ['{"version": 3, "backend": {"type": "s3"}}', ["This program reads version 4 of Terraform's state, and this is 3"]],
    ['{"version": "4", "serial": 1}', ["This program reads version 4 of Terraform's state, and this is a text"]],
    [
      '{"format_version": "2.0"}',
      ['This program reads version 1 of what terraform show -json prints, and this is "2.0"']
    ],
    ['{"format_version": "1.0"}', ["There is no yandex_compute_instance in this state"]],
    ['{"format_version": "1.2", "planned_values": {}}', ["There is no yandex_compute_instance in this plan"]],
    [
      '{"format_version": "1.0", "values": {"root_module": {"child_modules": [5]}}}',
      ["This looks like a state of Terraform, and is not laid out like one"]
    ],
    [
      '{"version": 4, "serial": 1, "resources": {}}',
      ["This looks like a state of Terraform, and is not laid out like one"]
    ],
    [stateOf([]), ["There is no yandex_compute_instance in this state"]],
    [stateOf([resource("aws_instance", "a", { id: "i-0" })]), ["There is no yandex_compute_instance in this state"]],
    [stateOf([instance("a", 5)]), [unreadable]],
    [stateOf([instance("a", null)]), ['"yandex_compute_instance.a" has no `id`']],
    [stateOf([resource("yandex_compute_instance", "a", {})]), ['"yandex_compute_instance.a" has no `id`']],
    [stateOf([instance("a", "")]), ['"yandex_compute_instance.a" has an `id` that no instance can have: ""']],
    [
      stateOf([instance("a", "UPPER"), instance("b", "epd/../x"), instance("c", "epdc"), instance("d", "epdc")]),
      [
        '"yandex_compute_instance.a" has an `id` that no instance can have: "UPPER"',
        '"yandex_compute_instance.b" has an `id` that no instance can have: "epd/../x"',
        '"yandex_compute_instance.d" is the same instance as "yandex_compute_instance.c": epdc'
      ]
    ],
    [stateOf([instance("a", "epda"), instance("a", "epdb")]), ['"yandex_compute_instance.a" stands in it twice']]
  ])("%s", (text, expected) => {
    assert.deepStrictEqual(imported(text), expected)
  })
})
