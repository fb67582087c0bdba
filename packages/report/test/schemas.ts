/** The schemas of the formats in JSON, each as a function that says what is wrong with a value. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv, type ValidateFunction } from "ajv"
import { default as draft04 } from "ajv-draft-04"
import { default as formats } from "ajv-formats"
import { complianceFinding } from "./ocsf.ts"

/** The first mistakes of a value. */
type Mistakes = (value: unknown) => ReadonlyArray<string>

const mistakes =
  (validate: ValidateFunction): Mistakes =>
  (value) =>
    validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)

// Both are CommonJS, whose module Node takes for the default.
const Draft04 = draft04.default
const addFormats = formats.default

// One of its patterns is none where a pattern means Unicode.
const forSarif = new Draft04({ strict: false, unicodeRegExp: false })
addFormats(forSarif)

export const sarifMistakes = mistakes(
  forSarif.compile(JSON.parse(readFileSync(join(import.meta.dirname, "fixtures/sarif-2.1.0-rtm.5.json"), "utf8")))
)

const ajv = new Ajv({ strict: false })

export const ocsfMistakes = mistakes(ajv.compile(complianceFinding))

/** After https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format, which has no schema to download. */
export const gitlabMistakes = mistakes(
  ajv.compile({
    type: "array",
    items: {
      type: "object",
      additionalProperties: false,
      required: ["description", "check_name", "fingerprint", "severity", "location"],
      properties: {
        description: { type: "string", minLength: 1 },
        check_name: { type: "string" },
        fingerprint: { type: "string", pattern: "^[0-9a-f]{64}$" },
        severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
        location: {
          type: "object",
          additionalProperties: false,
          required: ["path", "lines"],
          properties: {
            path: { type: "string" },
            lines: {
              type: "object",
              additionalProperties: false,
              required: ["begin"],
              properties: { begin: { type: "integer", minimum: 1 } }
            }
          }
        }
      }
    }
  })
)
