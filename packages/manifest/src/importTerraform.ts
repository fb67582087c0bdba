/**
 * A manifest made of what Terraform knows, for people to look through. What cannot be declared stands in it as a comment, and is
 * warned of: a machine that nobody reads of is a machine that nobody protects.
 */
import * as Result from "effect/Result"
import { maxAddressLength } from "./DesiredResource.ts"
import { characters, type Diagnostic } from "./Diagnostic.ts"
import { ageText, backupGap } from "./TerraformSchedule.ts"
import type { TerraformInstance, TerraformPolicy, TerraformState } from "./TerraformState.ts"
import { inOrder } from "./terraformAddress.ts"
import { maxPolicyLength } from "./Value.ts"
import { inComment, scalar } from "./yamlText.ts"

/** A manifest, and what is to be said of it. */
export interface Imported {
  readonly text: string
  /** Of the resources that it declares. */
  readonly count: number
  readonly warnings: ReadonlyArray<Diagnostic>
}

/** Something that could not be declared, in the manifest's comments and in a warning. */
interface Aside {
  readonly summary: string
  readonly detail: string
  readonly lines: ReadonlyArray<string>
}

/** An instance with an id, and what Terraform binds to it. */
interface Declared extends TerraformInstance {
  readonly id: string
  readonly policies: ReadonlyArray<string>
  /** It is bound to a policy whose id is not known yet. */
  readonly hasUnknownPolicy: boolean
}

/** The manifest of `state`, which was read from the file at `path`. */
export const importTerraform = (path: string, state: TerraformState): Result.Result<Imported, Diagnostic> => {
  const refuse = (summary: string, detail: string) =>
    Result.fail<Diagnostic>({ severity: "error", path, summary, detail })
  const declared = declaredOf(state)
  if (declared.length === 0) {
    const { length } = state.instances
    return length === 0
      ? refuse(
          `There is no yandex_compute_instance in this ${state.kind}`,
          "Import the state that holds the instances."
        )
      : refuse(`No instance in this plan has an id yet: ${length}`, "Apply the plan, then import the state.")
  }
  const ages = agesOf(declared, state)
  const asides = asidesOf(state, declared)
  const names = namesOf(state.policies)
  const text = [
    ...headerOf(path, state),
    "version: 1",
    "defaults:",
    "  protected: true",
    ...ages.reasons.map((reason) => `  # maxBackupAge is left out: ${reason}`),
    ...(ages.common === undefined
      ? []
      : [
          "  # As often as the policies make backups, and two hours for a backup to be made.",
          `  maxBackupAge: ${ages.common}`
        ]),
    "resources:",
    ...declared.flatMap((one) => entryOf(one, names, ages)),
    ...asides.flatMap(({ detail, lines, summary }) => [
      `# ${summary}. ${detail}`,
      ...lines.map((line) => `#   ${line}`)
    ]),
    ...foldersOf(declared),
    ""
  ].join("\n")
  const warnings = [...questionsOf(declared, ages), ...asides].map(({ detail, summary }) => ({
    severity: "warning" as const,
    path,
    summary,
    detail
  }))
  return Result.succeed({ text, count: declared.length, warnings })
}

const declaredOf = ({ bindings, instances }: TerraformState): ReadonlyArray<Declared> => {
  const bound = Map.groupBy(bindings, ({ instance }) => instance)
  return inOrder(instances).flatMap((instance): ReadonlyArray<Declared> => {
    const { id } = instance
    if (id === undefined) return []
    const policies = (bound.get(id) ?? []).map(({ policy }) => policy)
    const known = policies.filter((policy) => policy !== undefined)
    return [
      { ...instance, id, policies: [...new Set(known)].toSorted(), hasUnknownPolicy: known.length < policies.length }
    ]
  })
}

const headerOf = (path: string, { kind, serial, terraformVersion }: TerraformState): ReadonlyArray<string> => {
  const source = [
    path === "<stdin>" ? "standard input" : path,
    serial === undefined ? `a ${kind}` : `a ${kind} of serial ${serial}`,
    ...(terraformVersion === undefined ? [] : [`Terraform ${terraformVersion}`])
  ]
  return [
    `# Made by drift import terraform from ${inComment(source.join(", "))}.`,
    "# Look it through before you rely on it, and again whenever Terraform adds, replaces or removes instances.",
    "# An instance that is not declared is not looked at."
  ]
}

/** How old the last backups may be: the same of all, or each its own. */
interface Ages {
  readonly common: string | undefined
  readonly own: ReadonlyMap<string, string>
  /** Why some have none. */
  readonly reasons: ReadonlyArray<string>
}

const agesOf = (declared: ReadonlyArray<Declared>, { policies }: TerraformState): Ages => {
  const own = new Map<string, string>()
  const reasons = new Map<string, string>()
  const bound = declared.filter((one) => one.policies.length > 0)
  for (const { id, policies: applied } of bound) {
    const gaps = applied.map((policy) => ({ policy, gap: gapOf(policies.get(policy)) }))
    // Any policy's backup is a backup: the most frequent one tells.
    const known = gaps.map(({ gap }) => gap).filter((gap) => typeof gap === "number")
    if (known.length > 0) own.set(id, ageText(Math.min(...known)))
    else for (const { gap, policy } of gaps) reasons.set(policy, `${labelOf(policy, policies.get(policy))}: ${gap}`)
  }
  const different = new Set(own.values())
  const [common] = different
  const isCommon = different.size === 1 && own.size === bound.length
  if (bound.length === 0) reasons.set("", "no backup policy is bound to any instance")
  return { common: isCommon ? common : undefined, own, reasons: [...reasons.values()].toSorted() }
}

const gapOf = (policy: TerraformPolicy | undefined): number | string => {
  if (policy === undefined) return "this policy is not in the file"
  if (!policy.isEnabled) return "this policy is not enabled"
  return policy.schedule === undefined ? "its schedule is not known" : backupGap(policy.schedule)
}

const labelOf = (id: string, policy: TerraformPolicy | undefined): string =>
  inComment(policy?.name ? `${policy.name} (${id})` : id)

/** What stands for a policy, by its id: its name, where that means no other. */
const namesOf = (policies: TerraformState["policies"]): ReadonlyMap<string, string> => {
  const byName = Map.groupBy(policies.values(), ({ name }) => name ?? "")
  return new Map(
    [...policies.values()].map(({ id, name = "" }) => {
      const isClear = isPolicy(name) && byName.get(name)?.length === 1 && (name === id || !policies.has(name))
      return [id, isClear ? name : id]
    })
  )
}

/** Whether a manifest can name a policy by `text`. */
const isPolicy = (text: string): boolean => text.trim() !== "" && text.length <= maxPolicyLength

const isUnbound = ({ hasUnknownPolicy, policies }: Declared): boolean => policies.length === 0 && !hasUnknownPolicy

const entryOf = (one: Declared, names: ReadonlyMap<string, string>, ages: Ages): ReadonlyArray<string> => {
  const { address, hasUnknownPolicy, id, policies } = one
  const age = ages.common === undefined ? ages.own.get(id) : undefined
  // Only addresses have dots: no id becomes the name of another instance.
  const isName = address.includes(".") && characters(address) <= maxAddressLength
  const named = policies.map((policy) => names.get(policy) ?? policy)
  const isNamed = named.every(isPolicy)
  const fields = [
    `instance: ${scalar(id)}`,
    ...(isUnbound(one) ? ["protected: true"] : []),
    ...(policies.length === 0 || hasUnknownPolicy || !isNamed
      ? []
      : [`policies: [${named.map((name) => scalar(name)).join(", ")}]`]),
    ...(age === undefined ? [] : [`maxBackupAge: ${age}`])
  ]
  return [
    ...(isName ? [] : [`  # ${inComment(address)}`]),
    ...(isUnbound(one) ? [`  # ${unboundComment}`] : []),
    ...(isNamed ? [] : ["  # it is bound to a policy whose id cannot be one"]),
    ...(hasUnknownPolicy ? ["  # it is bound to a policy that has no id before the plan is applied"] : []),
    `  ${scalar(isName ? address : id, true)}: {${fields.join(", ")}}`
  ]
}

const unboundComment =
  "no backup policy is bound to it in Terraform: bind one, or declare enabled: false in place of protected"

/** What is declared as well as can be, and takes a decision. */
const questionsOf = (declared: ReadonlyArray<Declared>, ages: Ages): ReadonlyArray<Omit<Aside, "lines">> => {
  const unbound = declared.filter(isUnbound)
  const unknown = declared.filter(({ hasUnknownPolicy }) => hasUnknownPolicy)
  const questions = [
    {
      isAsked: unbound.length > 0,
      summary: `No backup policy is bound in Terraform to ${unbound.length} of ${count(declared, "instance")}`,
      detail: "They are declared protected, under a comment: bind a policy to each, or declare enabled: false."
    },
    {
      isAsked: unknown.length > 0,
      summary: `A policy of ${count(unknown, "instance")} has no id before the plan is applied`,
      detail: "Their policies are left out: apply the plan, then import the state."
    },
    {
      isAsked: ages.reasons.length > 0,
      summary: "maxBackupAge is left out where no schedule tells it",
      detail: "Declare how old the last backup may be: comments below defaults say what is to be decided."
    }
  ]
  return questions.filter(({ isAsked }) => isAsked)
}

const asidesOf = (state: TerraformState, declared: ReadonlyArray<Declared>): ReadonlyArray<Aside> => {
  const { bindings, deposed, instances, isPartial, kind, prior } = state
  const ids = new Set(declared.map(({ id }) => id))
  const unknown = instances.filter(({ id }) => id === undefined)
  const leaving = prior.filter(({ id }) => id !== undefined && !ids.has(id))
  const elsewhere = bindings.filter(({ instance }) => instance === undefined || !ids.has(instance))
  const asides: ReadonlyArray<Aside> = [
    {
      summary: `Not declared: ${count(unknown, "instance")} without an id before the plan is applied`,
      detail: "Apply the plan, then import the state.",
      lines: lines(unknown)
    },
    {
      summary: `Not declared: ${count(leaving, "instance")} of the state that the plan does not keep`,
      detail: "The plan destroys, replaces or forgets them, or was made for a part of the resources.",
      lines: lines(leaving)
    },
    {
      summary: `Not declared: ${count(deposed, "instance")} left over from a replacement`,
      detail: "The next apply destroys what is left over.",
      lines: lines(deposed)
    },
    {
      summary: `Not declared: the instances of ${count(elsewhere, "binding")}, which are not in this ${kind}`,
      detail: "Import the state that holds them, too; new ones have an id once the plan is applied.",
      lines: lines(elsewhere.map(({ address, instance }) => ({ address, id: instance })))
    }
  ]
  const partial: Aside = {
    summary: "The plan does not reach all resources, or could not be made whole",
    detail: "Instances may be missing here: plan without -target, or import the state.",
    lines: []
  }
  return [...(isPartial ? [partial] : []), ...asides.filter(({ lines }) => lines.length > 0)]
}

const lines = (all: ReadonlyArray<Pick<TerraformInstance, "address" | "id">>): ReadonlyArray<string> =>
  inOrder(all).map(({ address, id }) => inComment(`${address}: ${id ?? "not known yet"}`))

const count = (all: ReadonlyArray<unknown>, noun: string): string =>
  `${all.length} ${noun}${all.length === 1 ? "" : "s"}`

/** What else lies beside the declared instances is for people to ask for: not all of it is theirs. */
const foldersOf = (declared: ReadonlyArray<Declared>): ReadonlyArray<string> => {
  const folders = [...new Set(declared.map(({ folder }) => folder))].filter((folder) => folder !== undefined)
  if (folders.length === 0) return []
  return [
    "# To be told of instances that Terraform does not know, add:",
    "# folders:",
    ...folders.toSorted().map((folder) => `#   ${inComment(scalar(folder, true))}: {unlisted: report}`)
  ]
}
