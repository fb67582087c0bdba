/**
 * The error of a read that was not sent because of how others fared.
 */
import {
  type CloudBackupError,
  ConnectionFailed,
  DeadlineExceeded,
  MalformedResponse,
  RateLimited,
  type RequestError,
  ServerError,
  ServiceUnavailable,
  UnexpectedStatus
} from "../CloudBackupError.ts"
import { withoutQuery } from "./splitUrl.ts"

/** What `error` says, but of another request that was not sent because of it. */
const unsentFields = <E extends RequestError>(error: E, url: string) => {
  const { clientRequestId: _, requestId: __, ...fields } = error
  return { ...fields, url: withoutQuery(url), detail: `not asked for: ${error.detail}`, attempts: 0 }
}

/** What `error` says of a read of `url` that it keeps from being sent; only these errors do. */
export const unsent = (error: CloudBackupError, url: string): CloudBackupError => {
  switch (error._tag) {
    case "RateLimited":
      return new RateLimited(unsentFields(error, url))
    case "ServiceUnavailable":
      return new ServiceUnavailable(unsentFields(error, url))
    case "ConnectionFailed":
      return new ConnectionFailed(unsentFields(error, url))
    case "DeadlineExceeded":
      return new DeadlineExceeded(unsentFields(error, url))
    case "ServerError":
      return new ServerError(unsentFields(error, url))
    case "MalformedResponse":
      return new MalformedResponse(unsentFields(error, url))
    case "UnexpectedStatus":
      return new UnexpectedStatus(unsentFields(error, url))
    default:
      return error
  }
}
