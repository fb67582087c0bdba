/** A fleet, a manifest and a baseline that hold hostile texts wherever they can hold any. */
import type { CheckReport } from "@holdfast/check/CheckReport"
import type * as Seed from "@holdfast/emulator/Seed"
import { healthy } from "./drift.ts"

/** What somebody may write into the name of a machine, a label, a reason: the last one is 1 MB long. */
export const hostileTexts: ReadonlyArray<string> = [
  `</script><script>window.owned=1;alert(1)</script><img src=x onerror="window.owned=1">`,
  "]]>]]&gt;<![CDATA[<failure/>--><!--",
  "::error file=a,line=1::owned",
  "=cmd|' /C calc'!A0",
  "\u001b[31mred\u001b[2J\u001b]0;owned\u0007\u001b]8;;https://evil.example\u001b\\click",
  "\u202e\u2066fdp.exe\u2069\u200b\ufeff\u{e0041}",
  "a\u0000b\u0000\u009b31m",
  "\ud800x\udfff",
  "x\r\n✓ In sync: all 99 are as declared\n::set-output name=x::owned\u2028::stop-commands::x",
  "##vso[task.setvariable variable=x]owned ##[error]x ##teamcity[buildStatus status='SUCCESS']",
  "section_start:1560896352:x[collapsed=true]\r\u001b[0Kowned",
  "@octocat [x](https://evil.example) ![x](https://evil.example/x.png) | `y` <!-- holdfast-report --> #1 ~~a~~",
  "__proto__",
  "<img src=x onerror=window.owned=1>".repeat(29_500)
]

/** As many texts that do nothing. */
export const benignTexts: ReadonlyArray<string> = hostileTexts.map((_, index) => `benign ${index}`)

/** In double quotes YAML takes what JSON does. */
const quoted = (text: string, length = 900): string => JSON.stringify(text.slice(0, length))

/** The states that each second machine of a text is in. */
const others = ["missing", "pending", "unread"] as const

/** The machines of the text `index`: how their ids end. */
const idsOf = (index: number): ReadonlyArray<readonly [kind: "drifted" | (typeof others)[number], id: string]> => {
  const number = String(index).padStart(2, "0")
  const other = others[index % others.length] ?? "missing"
  return [
    ["drifted", `epddrifted${number}`],
    [other, `epd${other}${number}`]
  ]
}

/** Every machine by its instance, and how it is called. */
export const machinesOf = (texts: ReadonlyArray<string>): ReadonlyArray<readonly [id: string, name: string]> =>
  texts.flatMap((text, index) => [
    ...idsOf(index).map(([kind, id]) => [id, addressOf(text, kind)] as const),
    [`epdunlisted${String(index).padStart(2, "0")}`, text] as const
  ])

/** Names of resources have 200 characters at most, and begin as the text does. */
const addressOf = (text: string, kind: string): string => `${text.slice(0, 150)} ${kind}`

/** All texts in one, as far as it goes. */
export const together = (texts: ReadonlyArray<string>): string => texts.map((text) => text.slice(0, 60)).join("|")

/** A manifest that says these texts wherever it can say anything. */
export const manifestOf = (texts: ReadonlyArray<string>): string => {
  const all = together(texts)
  const resources = texts.flatMap((text, index) => {
    const q = quoted(text)
    const expected = `owner: ${q}, tags: {${q}: ${q}, ${quoted(`${text.slice(0, 100)}!`)}: ${q}}`
    return idsOf(index).map(
      ([kind, id]) =>
        `  ${quoted(addressOf(text, kind))}: {instance: ${id}, protected: true, online: true, ${expected}}`
    )
  })
  const group = quoted(`${all.slice(0, 190)} g`)
  return `version: 1
folders:
  b1gfail: {unlisted: fail}
  b1greport: {unlisted: report}
groups:
  ${group}: {folders: b1ggroup, labels: {${quoted(all)}: ${quoted(all)}}, expect: {protected: true, policies: [${quoted(all, 190)}]}, owner: ${quoted(all)}}
resources:
${resources.join("\n")}
  ${quoted(`${all.slice(0, 180)} waived`)}: {instance: epdwaived, online: true}
  ${quoted(`${all.slice(0, 180)} well`)}: {instance: epdwell, protected: true}
waivers:
  - {resource: ${quoted(`${all.slice(0, 180)} waived`)}, fields: online, until: 2999-12-31, reason: ${quoted(all)}, approvedBy: ${quoted(all)}, ticket: ${quoted(all)}}
  - {group: ${group}, until: 2020-01-01, reason: ${quoted(all)}, approvedBy: ${quoted(all)}, ticket: ${quoted(all)}}
  - {instance: epdnobody, until: 2999-12-31, reason: ${quoted(all)}}
`
}

type Encoded = typeof Seed.Seed.Encoded

/** What Cloud Backup knows of a machine: nothing of one that is missing. */
const resourcesOf = (kind: string, id: string, text: string, index: number): NonNullable<Encoded["resources"]> => {
  const folderId = "b1gdeclared"
  switch (kind) {
    case "missing":
      return []
    case "pending": {
      const registration = { initStatus: "REGISTERING", metadata: text }
      return [{ computeInstanceId: id, folderId, createdAt: "-5m", online: true, ...registration }]
    }
    case "unread":
      return [healthy(id, { folderId, status: `${text.slice(0, 1000)}?` })]
    default:
      return index % 2 === 0
        ? [healthy(id, { folderId, status: "FAILED", statusDetails: text })]
        : [healthy(id, { folderId, initStatus: "FAILED_REGISTRATION", metadata: text })]
  }
}

/** A fleet whose machines and policies are called so, and labelled so. */
export const seedOf = (texts: ReadonlyArray<string>): Encoded => {
  const all = together(texts)
  const folderId = "b1gdeclared"
  return {
    instances: [
      ...texts.map((name, index) => ({
        id: `epdunlisted${String(index).padStart(2, "0")}`,
        folderId: index % 2 === 0 ? "b1gfail" : "b1greport",
        name,
        description: name.slice(0, 1000),
        fqdn: name.slice(0, 1000),
        status: "RUNNING",
        createdAt: "-90d",
        labels: { [`l${name.slice(0, 1000)}`]: name.slice(0, 1000) }
      })),
      {
        id: "epdgroup",
        folderId: "b1ggroup",
        name: all,
        status: "RUNNING",
        createdAt: "-90d",
        labels: Object.fromEntries([[all.slice(0, 900), all.slice(0, 900)]])
      }
    ],
    resources: [
      ...texts.flatMap((text, index) => idsOf(index).flatMap(([kind, id]) => resourcesOf(kind, id, text, index))),
      healthy("epdwaived", { folderId, online: false }),
      healthy("epdwell", { folderId, statusDetails: all, metadata: all }),
      healthy("epdgroup", { folderId: "b1ggroup", statusDetails: all })
    ],
    policies: [
      {
        id: "cdghostile",
        folderId: "b1ggroup",
        name: all.slice(0, 190),
        enabled: false,
        applications: [{ computeInstanceId: "epdgroup", enabled: true, status: all }]
      }
    ]
  }
}

/** A baseline that knows drift of these names which is gone, of a run that is called so. */
export const baselineOf = (report: CheckReport, texts: ReadonlyArray<string>): CheckReport => {
  const all = together(texts)
  const [first] = report.resources.filter(({ state }) => state === "drifted")
  return {
    ...report,
    run_id: all,
    resources: [
      ...report.resources,
      ...texts.flatMap((text, index) =>
        first === undefined
          ? []
          : [{ ...first, address: `${text.slice(0, 150)} gone`, instance_id: `epdgone${index}`, since: all }]
      )
    ]
  }
}
