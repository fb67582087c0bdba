/** Manifests as they are written, folders as they are seen, and what comes of the two. */
import { assert } from "@effect/vitest"
import { Instance } from "@holdfast/core/Instance"
import { InstanceId, type Resource } from "@holdfast/core/Resource"
import { SourceText } from "@holdfast/manifest/Diagnostic"
import { parse } from "@holdfast/manifest/Manifest"
import type { Manifest } from "@holdfast/manifest/ManifestSource"
import type { ResourceReport, Unlisted } from "../src/CheckReport.ts"
import { compare, type RuleSeverities } from "../src/compare.ts"
import type { FolderSeen } from "../src/FolderSeen.ts"
import { dated, notRead } from "../src/Live.ts"
import { type Selection, select } from "../src/select.ts"
import { type Fields, now, resource } from "./fleet.ts"

/** What `text` declares below `version: 1`; it must be free of mistakes. */
export const declared = (text: string, path = "backup.yaml"): Manifest => {
  const { diagnostics, folders, groups, resources, rules, waivers } = parse(
    new SourceText(path, `version: 1\n${text}\n`)
  )
  assert.deepStrictEqual(diagnostics, [])
  return { files: [{ path, sha256: "0".repeat(64) }], folders, groups, resources, rules, variables: {}, waivers }
}

/** Files of several teams, as if they were loaded together. */
export const together = (...all: ReadonlyArray<Manifest>): Manifest => ({
  files: all.flatMap(({ files }) => files),
  folders: all.flatMap(({ folders }) => folders),
  groups: all.flatMap(({ groups }) => groups),
  resources: all.flatMap(({ resources }) => resources),
  rules: all.flatMap(({ rules }) => rules),
  variables: {},
  waivers: all.flatMap(({ waivers }) => waivers)
})

/** An instance as Compute tells of it: a production machine of its id's name, unless `fields` say otherwise. */
export const instance = (id: string, fields: Partial<Omit<Instance, "id">> = {}): Instance =>
  new Instance({
    id: InstanceId.make(id),
    folderId: "b1g",
    name: `vm-${id}`,
    description: "",
    labels: { env: "prod" },
    zoneId: "",
    platformId: "",
    status: "RUNNING",
    fqdn: "",
    serviceAccountId: "",
    ...fields
  })

/** A healthy resource of an instance. */
export const backedUp = (id: string, fields: Fields = {}): Resource =>
  resource({ computeInstanceId: InstanceId.make(id), ...fields })

export const forbidden = notRead("PermissionDenied", "no role", "Grant a role.")

/** A folder whose lists were read, with what they hold; `NotRead` where one was not. */
export const folder = (
  name: string,
  seen: {
    readonly instances?: ReadonlyArray<Instance> | typeof forbidden
    readonly resources?: ReadonlyArray<Resource> | typeof forbidden
    readonly conflicting?: ReadonlyArray<string>
  }
): FolderSeen => {
  const { conflicting = [], instances = [], resources = [] } = seen
  return {
    folder: name,
    instances: "_tag" in instances ? instances : new Map(instances.map((one) => [one.id, one])),
    resources:
      "_tag" in resources
        ? resources
        : {
            resources: new Map(resources.map((one) => [one.computeInstanceId, one])),
            conflicting: new Set(conflicting)
          },
    at: now
  }
}

export const severitiesOf = ({ rules }: Manifest): RuleSeverities =>
  new Map(rules.map(({ code, severity }) => [code, severity]))

export const selected = (manifest: Manifest, ...folders: ReadonlyArray<FolderSeen>): Selection =>
  select(manifest, new Map(folders.map((one) => [one.folder, one])), severitiesOf(manifest))

/** Each selected resource as `address instance`, with its groups, and what the lists say of it. */
export const listing = ({ resources }: Selection): ReadonlyArray<string> =>
  resources
    .map(({ desired: { address, groups = [], instance: id }, seen }) => {
      const live = seen?.live
      const told = live === undefined ? "to be read" : live._tag === "NotRead" ? live.error.tag : live._tag
      return `${address} ${id}${groups.length === 0 ? "" : ` [${groups.join(" ")}]`}: ${told}`
    })
    .toSorted()

/** What nobody listed, as `kind instance in folder: mode`. */
export const strays = (unlisted: ReadonlyArray<Unlisted>): ReadonlyArray<string> =>
  unlisted.map(({ folder_id, instance_id, kind, mode }) => `${kind} ${instance_id} in ${folder_id}: ${mode}`)

/** The rows of what was selected, by what the lists say alone. */
export const rowsOf = (manifest: Manifest, { resources }: Selection): ReadonlyArray<ResourceReport> =>
  resources.map(({ createdAt, desired, seen }) => {
    const live = seen?.live ?? notRead("NotRead", "to be read", "Read it.")
    return compare(desired, dated(live, createdAt), now, severitiesOf(manifest))
  })
