/**
 * `google.rpc.Status`, the body of every error that the service itself sends.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Status = Schema.Struct({
  code: Schema.Int,
  message: Schema.optionalKey(Schema.NullOr(Schema.String)),
  details: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.Unknown)))
})

const FieldViolation = Schema.Struct({
  field: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String)
})

const Detail = Schema.Struct({
  requestId: Schema.optionalKey(Schema.String),
  retryDelay: Schema.optionalKey(Schema.String),
  fieldViolations: Schema.optionalKey(Schema.Array(FieldViolation))
})

/** What this client reads from a `google.rpc.Status` and its details. */
export interface RpcStatus {
  /** `google.rpc.Code`. */
  readonly code: number
  readonly message: string
  /** Of `google.rpc.RequestInfo`. */
  readonly requestId: string | undefined
  /** Of `google.rpc.RetryInfo`. */
  readonly retryDelayMillis: number | undefined
  /** Of `google.rpc.BadRequest`. */
  readonly fieldViolations: ReadonlyArray<{ readonly field: string; readonly description: string }>
}

const decodeStatus = Schema.decodeUnknownOption(Status)
const decodeDetail = Schema.decodeUnknownOption(Detail)

/** A protobuf `Duration` in JSON: seconds with up to 9 fraction digits and an `s`. */
const durationMillis = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,12}(\.\d{1,9})?s$/.test(text) ? Math.ceil(Number(text.slice(0, -1)) * 1000) : undefined

const hasCode = (json: unknown): boolean => typeof json === "object" && json !== null && "code" in json

/** The status in `json`, where it is one: an object whose `code` is one of gRPC's, other than 0 (OK). Gateways send the HTTP status there. */
export const fromJson = (json: unknown): Option.Option<RpcStatus> =>
  // Every good answer comes by here: a schema that explains what is wrong with it takes longer than decoding it.
  Option.map(
    Option.filter(hasCode(json) ? decodeStatus(json) : Option.none(), ({ code }) => code >= 1 && code <= 16),
    (status) => {
      const details = (status.details ?? []).flatMap((detail) => Option.toArray(decodeDetail(detail)))
      return {
        code: status.code,
        message: status.message ?? "",
        requestId: details.find((detail) => detail.requestId !== undefined)?.requestId,
        retryDelayMillis: durationMillis(details.find((detail) => detail.retryDelay !== undefined)?.retryDelay),
        fieldViolations: details.flatMap((detail) =>
          (detail.fieldViolations ?? []).map(({ description = "", field = "" }) => ({ field, description }))
        )
      }
    }
  )
