/**
 * Which path is answered by what.
 */
import * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Call } from "./Call.ts"
import { getResource, listApplications, listPolicies, listResources, listTasks } from "./CloudBackupRoutes.ts"
import { listInstances } from "./ComputeRoutes.ts"
import type { Route } from "./Fault.ts"
import { createToken, exchangeToken, idToken, metadataToken } from "./IamRoutes.ts"
import type { Answer } from "./Wire.ts"

/** A route that has been found. */
export interface Found {
  readonly route: Route
  /** The one method that it takes; another is answered with 501, as a gateway does. */
  readonly method: "GET" | "POST"
  /** The instance that it is about, where it is about one. */
  readonly instance?: string
  readonly needsToken: boolean
  /** Whether the limit of requests holds for it. */
  readonly isLimited: boolean
  readonly answer: (call: Call) => Answer
}

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

type Pure = (call: Call) => HttpServerResponse.HttpServerResponse

/** A read of the API. */
const read = (route: Route, answer: Pure, instance?: string): Found => ({
  route,
  method: "GET",
  needsToken: true,
  isLimited: true,
  answer: (call) => Effect.sync(() => answer(call)),
  ...(instance === undefined ? {} : { instance })
})

/** A way to a token. */
const issue = (route: Route, method: "GET" | "POST", answer: (call: Call) => Answer): Found => ({
  route,
  method,
  needsToken: false,
  isLimited: false,
  answer
})

const fixed: Readonly<Record<string, Found>> = {
  "/backup/v1/resources": read("list", listResources),
  "/backup/v1/policies": read("policies", listPolicies),
  "/compute/v1/instances": read("instances", listInstances),
  "/iam/v1/tokens": issue("token", "POST", createToken),
  "/oauth/token": issue("exchange", "POST", exchangeToken),
  "/oidc/token": issue("oidc", "GET", idToken),
  "/computeMetadata/v1/instance/service-accounts/default/token": issue("metadata", "GET", metadataToken)
}

/** What answers `path`, if anything does. */
export const routeOf = (path: string): Found | undefined => {
  if (Object.hasOwn(fixed, path)) return fixed[path]
  const resource = /^\/backup\/v1\/resources\/([^/]+)(\/tasks)?$/.exec(path)
  if (resource?.[1] !== undefined) {
    const id = decoded(resource[1])
    return resource[2] === undefined
      ? read("get", (call) => getResource(id, call), id)
      : read("tasks", (call) => listTasks(id, call), id)
  }
  const policy = /^\/backup\/v1\/policies\/([^/]+)\/applications$/.exec(path)?.[1]
  return policy === undefined ? undefined : read("applications", (call) => listApplications(decoded(policy), call))
}
