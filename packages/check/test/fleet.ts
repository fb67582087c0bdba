/** Live resources and declarations to compare, all seen at the same moment. */
import { assert, it } from "@effect/vitest"
import { InstanceId, Resource } from "@holdfast/core/Resource"
import { fromEpochMillis, Timestamp } from "@holdfast/core/Timestamp"
import type { Expectations } from "@holdfast/manifest/Expectations"
import type { DesiredResource } from "@holdfast/manifest/Manifest"
import { compare } from "../src/compare.ts"
import type { Live } from "../src/Live.ts"

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
export const day = 24 * hour

/** The moment of every comparison: 2026-03-05T12:00:00Z. */
export const now = Date.UTC(2026, 2, 5, 12)

/** The instant `millis` before the comparison; negative: after it. */
export const ago = (millis: number): Timestamp => fromEpochMillis(now - millis)
export const at = (text: string): Timestamp => Timestamp.make(text)

/** Fields of a live resource; `undefined` where the service sends none. */
export type Fields = { readonly [Name in keyof Resource]?: Resource[Name] | undefined }

/** A resource that satisfies everything that "backed up" takes, with `fields` instead of its own. */
export const resource = (fields: Fields = {}): Resource => {
  const all = {
    computeInstanceId: InstanceId.make("epd5fs8ojqhg0000aaaa"),
    createdAt: ago(90 * day),
    updatedAt: ago(hour),
    online: true,
    enabled: true,
    status: "IDLE",
    statusDetails: "",
    statusProgress: 0n,
    lastBackupTime: ago(hour),
    nextBackupTime: ago(-hour),
    resourceId: "68b1e3f7-a855-45c7-8daf-13c80c7c1b7a",
    isActive: true,
    initStatus: "REGISTRED",
    metadata: "null",
    type: "COMPUTE",
    ...fields
  }
  const sent = Object.entries(all).filter(([, value]) => value !== undefined)
  return new Resource(Object.fromEntries(sent) as unknown as ConstructorParameters<typeof Resource>[0])
}

export const desired = (expectations: Expectations, fields: Partial<DesiredResource> = {}): DesiredResource => ({
  address: "web-1",
  instance: "epd5fs8ojqhg0000aaaa",
  expectations,
  severity: "high",
  source: { path: "backup.yaml", line: 7, column: 3 },
  ...fields
})

export const found = (fields: Fields): Live => ({ _tag: "Found", resource: resource(fields) })

/** State and codes in one line, such as `drifted HF001 HF003`; with the tag of the error of what was not compared. */
export const verdict = (expectations: Expectations, live: Live): string => {
  const { changes, error, state } = compare(desired(expectations), live, now)
  return [state, ...changes.map(({ reason_code }) => reason_code), ...(error === null ? [] : [error.tag])].join(" ")
}

type Case = readonly [name: string, expectations: Expectations, fields: Fields, verdict: string]

/** A test for each case: what is declared, the resource's fields that matter, the verdict. */
export const checkAll = (cases: ReadonlyArray<Case>) =>
  it.each(cases as Array<Case>)("%s", (_, expectations, fields, expected) => {
    assert.strictEqual(verdict(expectations, found(fields)), expected)
  })
