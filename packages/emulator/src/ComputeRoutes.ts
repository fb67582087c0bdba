/**
 * Compute's list of instances.
 */
import { type Call, folderOf, page } from "./Call.ts"
import { invalid } from "./RpcError.ts"
import { instanceToJson } from "./toJson.ts"

/** What a filter may ask for; labels are not among it. */
const filterable = { id: "id", name: "name", status: "status", zone_id: "zoneId", platform_id: "platformId" } as const

/** Instance.list. The filter is one comparison, such as `name="web-1"`. */
export const listInstances = (call: Call) => {
  const folder = folderOf(call)
  if (typeof folder !== "string") return folder
  const filter = call.query.get("filter") ?? ""
  const match = /^\s*(\w+)\s*=\s*"([^"]*)"\s*$/.exec(filter)
  const field = match?.[1]
  if (filter !== "" && (field === undefined || !(field in filterable))) {
    return invalid("filter", "The filter cannot be understood", call.requestId)
  }
  const found = call.state.seed.instances.filter(
    (instance) =>
      instance.folderId === folder &&
      (field === undefined || instance[filterable[field as keyof typeof filterable]] === match?.[2])
  )
  return page(
    call,
    "instances",
    found.map((instance) => instanceToJson(instance, call.now))
  )
}
