/**
 * Puts a Markdown report into a pull request: into the comment that an earlier run of the action left there, or a new one. That
 * it cannot is a warning: a pull request from a fork may not comment.
 */
import { readFileSync } from "node:fs"

interface Comment {
  readonly id: number
  readonly body?: string
  readonly user: { readonly login: string } | null
}

const { CATEGORY = "", GITHUB_API_URL = "", GITHUB_REPOSITORY = "", GITHUB_TOKEN = "" } = process.env
const { PULL_REQUEST = "", REPORT = "" } = process.env

/** What a report begins with. */
const opening = "<!-- holdfast-report -->\n## Holdfast"
/** What the comment begins with: where there are several, each run finds its own, and people tell them apart. */
const [marker, heading] =
  CATEGORY === "holdfast"
    ? ["<!-- holdfast-report -->", "## Holdfast"]
    : [`<!-- holdfast-report ${CATEGORY} -->`, `## Holdfast, ${CATEGORY}`]
/** Who writes with a job's own token. Whoever else begins a comment with the mark could put other words into it later. */
const author = "github-actions[bot]"
const pageLength = 100
const maxPages = 20

const ask = async (method: "GET" | "POST" | "PATCH", path: string, body?: string): Promise<unknown> => {
  const response = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues/${path}`, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${GITHUB_TOKEN}`,
      "content-type": "application/json",
      "user-agent": "holdfast"
    },
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined ? {} : { body: JSON.stringify({ body }) })
  })
  if (!response.ok) {
    const hint = response.status === 403 ? ". It takes permissions: pull-requests: write, which forks do not have" : ""
    throw new Error(`GitHub answers ${response.status}${hint}`)
  }
  return response.json()
}

const isComments = (value: unknown): value is ReadonlyArray<Comment> => Array.isArray(value)

/** The comment of an earlier run. */
const find = async (): Promise<Comment | undefined> => {
  for (let page = 1; page <= maxPages; page++) {
    const comments = await ask("GET", `${PULL_REQUEST}/comments?per_page=${pageLength}&page=${page}`)
    if (!isComments(comments)) throw new Error("GitHub answers with no list of comments")
    const known = comments.find(({ body, user }) => user?.login === author && body?.startsWith(marker) === true)
    if (known !== undefined || comments.length < pageLength) return known
  }
  return undefined
}

try {
  if (!/^\d+$/.test(PULL_REQUEST)) throw new Error("the run belongs to no pull request")
  const report = readFileSync(REPORT, "utf8").replace(opening, () => `${marker}\n${heading}`)
  const known = await find()
  if (known === undefined) await ask("POST", `${PULL_REQUEST}/comments`, report)
  else await ask("PATCH", `comments/${known.id}`, report)
} catch (error) {
  const why = error instanceof Error ? error.message : "of an unknown error"
  const text = `The comment could not be written: ${why}.`
  process.stdout.write(`::warning title=Holdfast::${text.replaceAll("%", "%25").replace(/[\r\n]+/g, " ")}\n`)
}
