/**
 * The live side of a comparison: what was learnt of one instance.
 */
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import type { Policy, PolicyApplication } from "@holdfast/core/Policy"
import type { Resource } from "@holdfast/core/Resource"
import type { Timestamp } from "@holdfast/core/Timestamp"
import type { ReadError } from "./CheckReport.ts"

/** A policy and that it is applied to the instance. */
export interface AppliedPolicy {
  readonly policy: Policy
  /** Missing where only the policy itself is known. */
  readonly application?: PolicyApplication
}

/** Nothing was learnt. */
export interface NotRead {
  readonly _tag: "NotRead"
  readonly error: ReadError
}

export type Live =
  | {
      readonly _tag: "Found"
      readonly resource: Resource
      /** The policies that are applied, where they were asked for. */
      readonly policies?: ReadonlyArray<AppliedPolicy> | NotRead
    }
  /** Cloud Backup itself says that it does not know the instance; when that was created, where Compute knows it. */
  | { readonly _tag: "NotFound"; readonly createdAt?: Timestamp }
  | NotRead

/** With the time of the instance's creation, where Cloud Backup does not know the instance and Compute tells. */
export const dated = (live: Live, createdAt: Timestamp | undefined): Live =>
  live._tag === "NotFound" && createdAt !== undefined ? { ...live, createdAt } : live

/** Why a read failed, for the report. */
export const unread = (error: CloudBackupError): NotRead => ({
  _tag: "NotRead",
  error: {
    tag: error._tag,
    message: error.message,
    detail: error.detail,
    remedy: error.remedy,
    status: error.status ?? null,
    grpc_code: "grpcCode" in error ? (error.grpcCode ?? null) : null,
    request_id: error.requestId ?? null,
    retryable: error.isRetryable,
    attempts: error.attempts
  }
})

/** What a failed read says of the instance: that the service does not know it, or nothing. */
export const fromError = (error: CloudBackupError): Live =>
  error._tag === "ResourceNotFound" ? { _tag: "NotFound" } : unread(error)

/** A resource of which nothing was learnt for a reason of our own, such as the end of the run's time. */
export const notRead = (
  tag: string,
  detail: string,
  remedy: string,
  options?: { readonly retryable: boolean }
): NotRead => ({
  _tag: "NotRead",
  error: {
    tag,
    message: detail,
    detail,
    remedy,
    status: null,
    grpc_code: null,
    request_id: null,
    retryable: options?.retryable ?? false,
    attempts: 0
  }
})

/** A resource that was not asked for because of what another one's read met: that request's own ids are not its. */
export const spared = (error: ReadError): NotRead => ({
  _tag: "NotRead",
  error: { ...error, message: error.detail, request_id: null, attempts: 0 }
})
