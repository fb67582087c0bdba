/**
 * Where the pages are: the one place that knows the dashboard's addresses.
 */

/** What stands in an address after the question mark; what is `undefined` or empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>

/** An address with a query. */
export const withQuery = (path: string, query: Query = {}): string => {
  const parts = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}=${encoded(String(value))}`]
  )
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`
}

/** What others wrote may hold lone surrogates, which no address can hold. */
const encoded = (text: string): string => encodeURIComponent(text.toWellFormed())

export const links = {
  overview: "/",
  job: (job: string, query?: Query) => withQuery(`/jobs/${encoded(job)}`, query),
  run: (runId: string, query?: Query) => withQuery(`/runs/${encoded(runId)}`, query),
  report: (runId: string) => `/runs/${encoded(runId)}/report`,
  reportJson: (runId: string) => `/api/v1/runs/${encoded(runId)}/report`,
  instance: (instanceId: string) => `/instances/${encoded(instanceId)}`,
  findInstance: "/instances",
  findings: (query?: Query) => withQuery("/findings", query),
  waivers: (query?: Query) => withQuery("/waivers", query),
  login: "/login",
  logout: "/logout",
  openApi: "/api/v1/openapi.json",
  events: "/events"
} as const
