import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as fieldNames from "../src/config/fieldNames.ts"
import { readConfig } from "../src/config/readConfig.ts"
import { job, running } from "./support/dashboard.ts"
import { fillMonth } from "./support/months.ts"
import { tokenFiles } from "./support/tokens.ts"

const document = readFileSync(new URL("../../../docs/dashboard.md", import.meta.url), "utf8")
const secret = "0123456789abcdef0123456789abcdef"
const token = tokenFiles()
const { ask, url } = running({ jobs: [job("nightly")], server: { tokens: [token("team", secret)] } }, (hands) =>
  fillMonth(hands, Date.now())
)

/** What a path can be asked with. */
interface Parameter {
  readonly name: string
  readonly in: "path" | "query"
}

const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(document)?.[1] ?? assert.fail(`no ${language}`)

describe("docs/dashboard.md", { timeout: 60_000 }, () => {
  it("has a configuration that is one, with each field of the section", () => {
    const text = block("yaml")
    const config = readConfig("compliance.yaml", text)
    assert.isTrue(Result.isSuccess(config), JSON.stringify(config))
    for (const name of [...fieldNames.serverNames, ...fieldNames.secretNames, ...fieldNames.proxyNames]) {
      assert.include(text, `${name}:`)
    }
  })

  it("has commands that answer", async () => {
    for (const command of block("sh").trim().split("\n")) {
      const stdout = await new Promise<string>((resolve, reject) =>
        execFile(
          "bash",
          ["-c", command.replaceAll("http://127.0.0.1:8080", url())],
          { env: { ...process.env, HOLDFAST_TOKEN: secret } },
          (error, stdout) => (error === null ? resolve(stdout) : reject(error))
        )
      )
      assert.isArray(JSON.parse(stdout).items)
    }
  })

  it("names each page and each path of the API, with what can be asked for", async () => {
    for (const path of ["/", "/jobs/JOB", "/runs/RUN", "/instances/ID", "/findings", "/waivers"]) {
      assert.include(document, `| \`${path}\` |`)
      const answer = await ask(path, { headers: { authorization: `Bearer ${secret}`, accept: "text/html" } })
      assert.include([200, 404], answer.status)
      assert.notInclude(answer.body, "There is no such page")
    }
    const { body } = await ask("/api/v1/openapi.json", {
      headers: { authorization: `Bearer ${secret}`, accept: "*/*" }
    })
    const paths: Readonly<Record<string, { readonly get: { readonly parameters: ReadonlyArray<Parameter> } }>> =
      JSON.parse(body).paths
    for (const [path, { get }] of Object.entries(paths)) {
      const shown = path.replace("{run}", "RUN").replace("{instance}", "ID")
      const [, query = ""] = new RegExp(`\\| \`${shown}(?:\\?([^\`]*))?\` \\|`).exec(document) ?? assert.fail(shown)
      const filters = get.parameters.filter(({ in: at, name }) => at === "query" && !["after", "limit"].includes(name))
      assert.deepStrictEqual(
        query
          .split("&")
          .filter((each) => each !== "")
          .toSorted(),
        filters.map(({ name }) => `${name}=`).toSorted(),
        path
      )
    }
  })
})
