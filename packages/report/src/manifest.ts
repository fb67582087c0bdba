/**
 * A drafted manifest as YAML for people to read and keep. Names, labels and policies are others' words: whatever they hold, they
 * are read back as they were, and do nothing on the terminal that shows them.
 */
import { formatDuration } from "@holdfast/check/formatDuration"
import type { DraftGroup, DraftResource, DraftWaiver, ManifestDraft } from "@holdfast/check/ManifestDraft"
import { inComment, scalar } from "@holdfast/manifest/yamlText"

/** The text of the manifest. */
export const manifest = (draft: ManifestDraft): string =>
  [head(draft), folders(draft), groups(draft), resources(draft), waivers(draft)]
    .filter((section) => section.length > 0)
    .map((section) => `${section.join("\n")}\n`)
    .join("\n")

type Lines = ReadonlyArray<string>

const head = ({ day, folders }: ManifestDraft): Lines => [
  `# Made by drift init on ${day} from what is in ${folders.length === 1 ? "the folder" : "the folders"} ${folders.map(({ id }) => id).join(", ")}.`,
  "# Review it: a group expects what most of its protected members satisfy, and what others lack is waived for 30 days.",
  "version: 1"
]

const folders = ({ folders }: ManifestDraft): Lines => [
  "# Instances that no rule covers are drift, and so are resources whose instance is gone.",
  "folders:",
  ...folders.map(
    ({ id, instances, resources }) =>
      `  ${scalar(id)}: {unlisted: fail} # ${counted(instances, "instance")}, ${counted(resources, "resource")} in Cloud Backup`
  )
]

const groups = ({ groups, label }: ManifestDraft): Lines => {
  if (groups.length === 0) return []
  return [...why(label), "groups:", ...groups.flatMap(group)]
}

const why = (label: ManifestDraft["label"]): Lines => {
  if (label === undefined) {
    return ["# A group is a folder: no label is on most instances with 2 to 20 values that several of them share."]
  }
  const { instances, key, labelled, others, values } = label
  return [
    `# A group is a value of the label ${inComment(key)}: ${labelled} of ${counted(instances, "instance")} have it, with ${values} values.`,
    ...(others.length === 0 ? [] : [`# These labels would do, too: ${others.map(inComment).join(", ")}.`])
  ]
}

const group = (of: DraftGroup): Lines => {
  const { exclude, folders, label, maxBackupAge, members, name, policies, protectedMembers } = of
  const more = policies.length === 0 ? "" : `, policies: {atLeast: ${list(policies)}}`
  return [
    `  ${scalar(name)}: # ${counted(members, "member")}, ${protectedMembers === 0 ? "none protected: the age is a guess" : `${protectedMembers} protected`}`,
    `    folders: ${list(folders)}`,
    ...(label === undefined ? [] : [`    labels: {${scalar(label.key)}: ${scalar(label.value)}}`]),
    ...(exclude.length === 0 ? [] : [`    exclude: ${list(exclude)} # see resources`]),
    `    expect: {protected: true, maxBackupAge: ${formatDuration(maxBackupAge)}${more}}`
  ]
}

const kinds: ReadonlyArray<readonly [DraftResource["kind"], string]> = [
  ["unlabelled", "Instances that no group claims."],
  ["external", "Machines outside of Compute, which no group can claim."],
  [
    "uncertain",
    "Machines that cannot be compared with all that protection takes. Once they can, let their group have them."
  ]
]

const resources = ({ resources }: ManifestDraft): Lines => {
  const sections = kinds.flatMap(([kind, comment]) => {
    const some = resources.filter((resource) => resource.kind === kind)
    return some.length === 0 ? [] : [`  # ${comment}`, ...some.map(resource)]
  })
  return sections.length === 0 ? [] : ["resources:", ...sections]
}

const resource = ({ instance, maxBackupAge, name, note }: DraftResource): string => {
  const expected =
    maxBackupAge === undefined
      ? "enabled: true, online: true, active: true"
      : `protected: true, maxBackupAge: ${formatDuration(maxBackupAge)}`
  const comment = note === undefined ? "" : ` # ${inComment(note)}`
  return `  ${scalar(name)}: {instance: ${scalar(instance)}, ${expected}}${comment}`
}

const waivers = ({ day, until, waivers }: ManifestDraft): Lines =>
  waivers.length === 0
    ? []
    : [
        `# What is not as it should be on ${day}. Mend it, or say who approves of it.`,
        "waivers:",
        ...waivers.flatMap((one) => waiver(one, until))
      ]

const waiver = ({ fields, instance, reason, who }: DraftWaiver, until: string): Lines => [
  `  - instance: ${scalar(instance)} # ${inComment(who)}`,
  `    fields: ${list(fields)}`,
  `    until: ${until}`,
  `    reason: ${scalar(reason)}`
]

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const list = (texts: ReadonlyArray<string>): string => `[${texts.map((text) => scalar(text)).join(", ")}]`
