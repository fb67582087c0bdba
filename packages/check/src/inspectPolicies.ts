/**
 * What of the applied backup policies is not as declared.
 */
import { toEpochMillis } from "@holdfast/core/Timestamp"
import type { PolicySet } from "@holdfast/manifest/Expectations"
import { clockSkewLimitMillis, type Finding, registrationLimitMillis, sentence } from "./inspect.ts"
import type { AppliedPolicy } from "./Live.ts"
import type { RuleCode } from "./Rule.ts"

const nameOf = ({ policy }: AppliedPolicy): string => (policy.name === "" ? policy.id : policy.name)

const isProcessing = ({ application }: AppliedPolicy): boolean => application?.isProcessing === true

/** Every finding about policies. `now` in milliseconds since 1970. */
export const inspectPolicies = (
  { isExact, names }: PolicySet,
  listed: ReadonlyArray<AppliedPolicy>,
  now: number
): ReadonlyArray<Finding> => {
  // A list has no order to rely on.
  const applied = listed.toSorted((a, b) => (a.policy.id < b.policy.id ? -1 : 1))
  const means = (name: string) => (one: AppliedPolicy) => one.policy.id === name || one.policy.name === name
  const actual = [...new Set(applied.filter((one) => !isProcessing(one)).map(nameOf))].toSorted()
  const finding = (code: RuleCode, more: string, isPending = false): Finding => ({
    field: "policies",
    code,
    desired: [...names],
    actual,
    reason: sentence(code, more),
    isPending
  })
  /** The best of what is applied under a name: one that works, or one that is being bound. */
  const ofName = (name: string): ReadonlyArray<Finding> => {
    const found = applied.filter(means(name))
    const bound = found.filter((one) => !isProcessing(one))
    if (bound.length === 0) return [missing(name, found, now, finding)]
    const flaws = bound.map((one) => flawsOf(one, finding))
    return flaws.find((some) => some.length === 0) ?? flaws[0] ?? []
  }
  const others = isExact ? applied.filter((one) => !isProcessing(one) && !names.some((name) => means(name)(one))) : []
  return [...names.flatMap(ofName), ...others.map((one) => finding("HF020", `: ${nameOf(one)}`))]
}

type Find = (code: RuleCode, more: string, isPending?: boolean) => Finding

/** One that is being bound is on its way, but not for ever. */
const missing = (name: string, processing: ReadonlyArray<AppliedPolicy>, now: number, finding: Find): Finding => {
  const isFresh = ({ application }: AppliedPolicy) => {
    if (application?.createdAt === undefined) return true
    const since = now - toEpochMillis(application.createdAt)
    return since <= registrationLimitMillis && since >= -clockSkewLimitMillis
  }
  if (processing.length === 0) return finding("HF019", `: ${name}`)
  return finding("HF019", `: ${name} (it is being bound)`, processing.some(isFresh))
}

const flawsOf = ({ application, policy }: AppliedPolicy, finding: Find): ReadonlyArray<Finding> => {
  const name = policy.name === "" ? policy.id : policy.name
  const isOff = application !== undefined && (!application.enabled || application.status === "DISABLED")
  const more = policy.enabled ? `: ${name} (for this instance)` : `: ${name}`
  return [
    ...(!policy.enabled || isOff ? [finding("HF021", more)] : []),
    // A policy that does not tell of its schedule is not judged by it.
    ...(policy.settings?.scheduling?.enabled === false ? [finding("HF022", `: ${name}`)] : [])
  ]
}
