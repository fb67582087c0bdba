/**
 * What Terraform knows of instances and their backup policies.
 *
 * Its files are full of secrets. Only the attributes that are named here are taken from them, and no message quotes more
 * than addresses and ids. The attributes are those that the provider `yandex-cloud/yandex` documents.
 */
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { instancePattern } from "./DesiredResource.ts"
import { type Diagnostic, quote } from "./Diagnostic.ts"
import { maybe, readTerraformFile, type TerraformFile, type TerraformResource } from "./TerraformFile.ts"
import { BackupSchedule } from "./TerraformSchedule.ts"

/** A `yandex_compute_instance`. */
export interface TerraformInstance {
  readonly address: string
  /** Only in a plan it can be unknown. */
  readonly id: string | undefined
  readonly folder: string | undefined
}

/** A `yandex_backup_policy`, managed or looked up. */
export interface TerraformPolicy {
  readonly id: string
  readonly name: string | undefined
  readonly isEnabled: boolean
  /** Missing where it is unknown yet, or is not written as documented. */
  readonly schedule: BackupSchedule | undefined
}

/** A `yandex_backup_policy_bindings`: one policy, applied to one instance. What a plan does not know yet is missing. */
export interface TerraformBinding {
  readonly address: string
  readonly instance: string | undefined
  readonly policy: string | undefined
}

/** What there is of it in one file. */
export interface TerraformState extends Omit<TerraformFile, "resources" | "prior"> {
  readonly instances: ReadonlyArray<TerraformInstance>
  /** Replaced ones that Terraform has yet to destroy. */
  readonly deposed: ReadonlyArray<TerraformInstance>
  /** Those of the state before a plan, which the plan may keep or not. */
  readonly prior: ReadonlyArray<TerraformInstance>
  readonly policies: ReadonlyMap<string, TerraformPolicy>
  readonly bindings: ReadonlyArray<TerraformBinding>
}

/** Why a file cannot be used: every reason. */
export type Problems = readonly [Diagnostic, ...ReadonlyArray<Diagnostic>]

const InstanceAttributes = Schema.Struct({ id: maybe(Schema.String), folder_id: maybe(Schema.String) })

const PolicyAttributes = Schema.Struct({
  id: maybe(Schema.String),
  name: maybe(Schema.String),
  enabled: maybe(Schema.Boolean),
  scheduling: Schema.optionalKey(Schema.Unknown)
})

const BindingAttributes = Schema.Struct({ instance_id: maybe(Schema.String), policy_id: maybe(Schema.String) })

const decodeInstance = Schema.decodeUnknownOption(InstanceAttributes)
const decodePolicy = Schema.decodeUnknownOption(PolicyAttributes)
const decodeBinding = Schema.decodeUnknownOption(BindingAttributes)
const decodeScheduling = Schema.decodeUnknownOption(Schema.NonEmptyArray(BackupSchedule))

/** What the text of the file at `path` says, with ids such as a manifest can hold. */
export const read = (path: string, text: string): Result.Result<TerraformState, Problems> => {
  const file = readTerraformFile(path, text)
  if (Result.isFailure(file)) return Result.fail([file.failure])
  const { prior, resources, ...about } = file.success
  const reader = new Reader(path)
  const current = resources.filter(({ isDeposed }) => !isDeposed)
  const state = {
    ...about,
    instances: reader.instances(current),
    deposed: reader.instances(resources.filter(({ isDeposed }) => isDeposed)),
    prior: reader.instances(prior),
    // What a plan has looked up already stands in the state before it.
    policies: reader.policies([...prior, ...current]),
    bindings: reader.bindings(current)
  }
  reader.checkIds(state)
  const [first, ...others] = reader.problems
  return first === undefined ? Result.succeed(state) : Result.fail([first, ...others])
}

class Reader {
  readonly problems: Array<Diagnostic> = []
  private readonly path: string

  constructor(path: string) {
    this.path = path
  }

  instances(resources: ReadonlyArray<TerraformResource>): ReadonlyArray<TerraformInstance> {
    return resources.flatMap((resource) => {
      if (resource.type !== "yandex_compute_instance" || resource.mode !== "managed") return []
      return Option.match(this.attributes(resource, decodeInstance), {
        onNone: () => [],
        onSome: ({ folder_id, id }) => [
          { address: resource.address, id: id ?? undefined, folder: folder_id || undefined }
        ]
      })
    })
  }

  policies(resources: ReadonlyArray<TerraformResource>): ReadonlyMap<string, TerraformPolicy> {
    const found = new Map<string, TerraformPolicy>()
    for (const resource of resources) {
      if (resource.type !== "yandex_backup_policy") continue
      const attributes = Option.getOrUndefined(this.attributes(resource, decodePolicy))
      if (!attributes?.id) continue
      const { enabled, id, name, scheduling } = attributes
      const schedule = Option.getOrUndefined(decodeScheduling(scheduling))?.[0]
      found.set(id, { id, name: name ?? undefined, isEnabled: enabled !== false, schedule })
    }
    return found
  }

  bindings(resources: ReadonlyArray<TerraformResource>): ReadonlyArray<TerraformBinding> {
    return resources.flatMap((resource) => {
      if (resource.type !== "yandex_backup_policy_bindings" || resource.mode !== "managed") return []
      return Option.match(this.attributes(resource, decodeBinding), {
        onNone: () => [],
        onSome: ({ instance_id, policy_id }) => [
          { address: resource.address, instance: instance_id || undefined, policy: policy_id || undefined }
        ]
      })
    })
  }

  /** Each instance has an address and an id of its own. */
  checkIds({ instances, kind }: Pick<TerraformState, "instances" | "kind">): void {
    const addresses = new Set<string>()
    const byId = new Map<string, string>()
    for (const { address, id } of instances) {
      if (addresses.has(address)) {
        this.report(
          `${quote(address)} stands in it twice`,
          "Terraform never writes that: is the file as it was written?"
        )
      }
      addresses.add(address)
      if (id === undefined) {
        if (kind === "plan") continue
        this.report(`${quote(address)} has no \`id\``, "Let `terraform apply` end, then import the state again.")
        continue
      }
      const first = byId.get(id)
      if (!instancePattern.test(id)) {
        this.report(
          `${quote(address)} has an \`id\` that no instance can have: ${quote(id)}`,
          "An id is 1 to 50 lower-case letters, digits, `-` or `_`, as `yc compute instance list` shows it."
        )
      } else if (first !== undefined) {
        this.report(
          `${quote(address)} is the same instance as ${quote(first)}: ${id}`,
          "A manifest declares each instance once: take one of them out of the state with `terraform state rm`."
        )
      } else byId.set(id, address)
    }
  }

  private attributes<A>(
    { address, attributes }: TerraformResource,
    decode: (input: unknown) => Option.Option<A>
  ): Option.Option<A> {
    const decoded = decode(attributes)
    if (Option.isNone(decoded)) {
      this.report(
        `The attributes of ${quote(address)} are not as its provider documents them`,
        "Ids and names are texts: is it of the provider yandex-cloud/yandex?"
      )
    }
    return decoded
  }

  private report(summary: string, detail: string): void {
    this.problems.push({ severity: "error", path: this.path, summary, detail })
  }
}
