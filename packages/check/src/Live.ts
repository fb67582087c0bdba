/**
 * The live side of a comparison: what was learnt of one instance.
 */
import type { CloudBackupError } from "@holdfast/core/CloudBackupError"
import type { Resource } from "@holdfast/core/Resource"
import type { ReadError } from "./CheckReport.ts"

export type Live =
  | { readonly _tag: "Found"; readonly resource: Resource }
  /** Cloud Backup itself says that it does not know the instance. */
  | { readonly _tag: "NotFound" }
  /** Nothing was learnt. */
  | { readonly _tag: "NotRead"; readonly error: ReadError }

/** What a failed read says of the instance: that the service does not know it, or nothing. */
export const fromError = (error: CloudBackupError): Live =>
  error._tag === "ResourceNotFound"
    ? { _tag: "NotFound" }
    : {
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
      }

/** A resource of which nothing was learnt for a reason of our own, such as the end of the run's time. */
export const notRead = (
  tag: string,
  detail: string,
  remedy: string,
  options?: { readonly retryable: boolean }
): Live => ({
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
export const spared = (error: ReadError): Live => ({
  _tag: "NotRead",
  error: { ...error, message: error.detail, request_id: null, attempts: 0 }
})
