/**
 * States of Terraform as tests need them, and what becomes of them.
 */
import { assert } from "@effect/vitest"
import { Result } from "effect"
import * as JsYaml from "js-yaml"
import { SourceText } from "../src/Diagnostic.ts"
import { type Imported, importTerraform } from "../src/importTerraform.ts"
import { parse } from "../src/Manifest.ts"
import { read } from "../src/TerraformState.ts"

type Attributes = Readonly<Record<string, unknown>>

/** One object of a resource in a state file. */
export const resource = (type: string, name: string, attributes: Attributes, more: Attributes = {}): Attributes => {
  const { deposed, index_key, ...place } = more
  return { mode: "managed", type, name, ...place, instances: [{ index_key, deposed, attributes }] }
}

export const instance = (name: string, id: unknown = `epd${name}`, more: Attributes = {}): Attributes =>
  resource("yandex_compute_instance", name, { id, folder_id: "b1gfolder", metadata: { "user-data": "secret" } }, more)

/** A policy; daily, where `scheduling` says nothing else. */
export const policy = (id: string, name: unknown, scheduling: unknown = daily, more: Attributes = {}): Attributes =>
  resource("yandex_backup_policy", id, { id, name, enabled: true, scheduling: [scheduling], ...more })

export const binding = (policyId: unknown, instanceId: unknown): Attributes =>
  resource("yandex_backup_policy_bindings", `${policyId}-${instanceId}`, {
    policy_id: policyId,
    instance_id: instanceId
  })

/** A backup set that goes by time. */
export const byTime = (more: Attributes): Attributes => ({
  execute_by_interval: 0,
  execute_by_time: [{ monthdays: [], months: [], repeat_at: ["02:00"], repeat_every: "", weekdays: [], ...more }]
})

export const daily: Attributes = { enabled: true, random_max_delay: "30m", backup_sets: [byTime({ type: "DAILY" })] }

/** The text of a state file. */
export const stateOf = (resources: ReadonlyArray<Attributes>, more: Attributes = {}): string =>
  JSON.stringify({ version: 4, terraform_version: "1.11.4", serial: 7, resources, ...more })

/** What `text` becomes, or every reason why it becomes nothing. */
export const imported = (text: string, path = "terraform.tfstate"): Imported | ReadonlyArray<string> =>
  Result.match(
    Result.flatMap(read(path, text), (state) => Result.mapError(importTerraform(path, state), (one) => [one])),
    {
      onFailure: (problems) => problems.map(({ summary }) => summary),
      onSuccess: (one) => one
    }
  )

/** The manifest that `text` becomes. */
export const manifestOf = (text: string, path?: string): string => {
  const result = imported(text, path)
  if (!("text" in result)) throw new Error(result.join("\n"))
  return result.text
}

/** The resources of a manifest as YAML has them, once `drift` has found nothing wrong with it. */
export const resourcesOf = (text: string): Readonly<Record<string, Attributes>> => {
  const { diagnostics, resources } = parse(new SourceText("backup.yaml", text))
  assert.deepStrictEqual(diagnostics, [])
  // As YAML alone has it, what would be a variable is still escaped.
  const document = JsYaml.load(text.replaceAll("$${", () => "${")) as {
    readonly resources: Readonly<Record<string, Attributes>>
  }
  assert.deepStrictEqual(
    resources.map(({ address, instance: id }) => [address, id]),
    Object.entries(document.resources).map(([address, fields]) => [address, fields.instance])
  )
  return document.resources
}
