/**
 * Cloud Backup's read API: resources, their tasks, policies and their applications.
 */
import { type Call, folderOf, ok, page } from "./Call.ts"
import { invalid, rpcError } from "./RpcError.ts"
import { policyToJson, taskToJson, toJson } from "./toJson.ts"

const tooLong = (field: string, { requestId }: Call) =>
  invalid(field, "The value's length must be at most 50", requestId)

/** Resource.get. */
export const getResource = (id: string, call: Call) => {
  if (id.length > 50) return tooLong("computeInstanceId", call)
  const resource = call.state.resourceOf(id)
  if (resource === undefined) return rpcError("NOT_FOUND", `Resource ${id} not found`, call.requestId)
  const tenantInfo = call.query.get("includeTenantInfo") === "true"
  return ok({ resource: toJson(resource, call.now, { tenantInfo }) }, call)
}

/** Resource.list. */
export const listResources = (call: Call) => {
  const folder = folderOf(call)
  if (typeof folder !== "string") return folder
  const type = call.query.get("type")
  const found = call.state.seed.resources.filter(
    (resource) => resource.folderId === folder && (type === null || resource.type === type)
  )
  return page(
    call,
    "resources",
    found.map((resource) => toJson(resource, call.now, { tenantInfo: false }))
  )
}

/** Resource.listTasks. */
export const listTasks = (id: string, call: Call) => {
  if (id.length > 50) return tooLong("computeInstanceId", call)
  if (call.state.resourceOf(id) === undefined) {
    return rpcError("NOT_FOUND", `Resource ${id} not found`, call.requestId)
  }
  const tasks = call.state.seed.tasks.filter(({ computeInstanceId }) => computeInstanceId === id)
  return page(
    call,
    "tasks",
    tasks.map((task) => taskToJson(task, call.now))
  )
}

/** Policy.list: of a folder, or those applied to an instance; not paged. */
export const listPolicies = (call: Call) => {
  const instance = call.query.get("computeInstanceId")
  const folder = instance === null ? folderOf(call) : undefined
  if (folder !== undefined && typeof folder !== "string") return folder
  const found = call.state.seed.policies.filter(({ applications, folderId }) =>
    instance === null
      ? folderId === folder
      : applications.some(({ computeInstanceId, isProcessing }) => computeInstanceId === instance && !isProcessing)
  )
  return ok({ policies: found.map((policy) => policyToJson(policy, call.now)) }, call)
}

/** Policy.listApplications: those being bound only with `showProcessing`. */
export const listApplications = (id: string, call: Call) => {
  const policy = call.state.seed.policies.find((policy) => policy.id === id)
  if (policy === undefined) return rpcError("NOT_FOUND", `Policy ${id} not found`, call.requestId)
  const isWhole = call.query.get("showProcessing") === "true"
  const applications = policy.applications
    .filter(({ isProcessing }) => isWhole || !isProcessing)
    .map(({ isProcessing, ...rest }) => ({ policyId: id, ...rest, ...(isProcessing ? { isProcessing } : {}) }))
  return ok({ applications }, call)
}
