/**
 * Secrets of the configuration: where they are, never what they are.
 */
import type { TreeReader } from "@holdfast/manifest/TreeReader"
import { describe } from "@holdfast/manifest/Value"
import type { Node } from "@holdfast/manifest/YamlNode"
import type { Secret } from "../alerts/AlertsConfig.ts"
import { secretNames } from "./fieldNames.ts"

/** How the summary ends where a secret stands in the configuration itself. */
const secretWritten = "is a secret, and is not written here"

/** The line that a secret was written on is shown by no mistake: to be called when the section has been read. */
export const hideSecrets = ({ diagnostics }: TreeReader): void => {
  const lines = new Set(diagnostics.filter(({ summary }) => summary.endsWith(secretWritten)).map(({ line }) => line))
  for (const [index, { text: _, ...diagnostic }] of diagnostics.entries()) {
    if (lines.has(diagnostic.line)) diagnostics[index] = diagnostic
  }
}

/** Where a secret is; never the secret itself. */
export const readSecret = (tree: TreeReader, node: Node, what: string): Secret | undefined => {
  if (node.kind === "invalid") return undefined
  if (node.kind !== "mapping") {
    // Without the line itself: it would be in every log.
    tree.diagnostics.push({
      severity: "error",
      ...tree.place(node.offset),
      summary: `${what} ${secretWritten}`,
      detail: "Write `{env: NAME}` for an environment variable, or `{file: path}` for a file that holds it."
    })
    return undefined
  }
  const [entry, ...others] = tree.entriesOf(node, secretNames, what)
  if (entry === undefined || others.length > 0) {
    const isMisspelt = secretNames.some((name) => tree.isMisspelt(node, name, secretNames))
    if (entry !== undefined || !isMisspelt) {
      tree.report(node.offset, { summary: `${what} takes either \`env\` or \`file\`` })
    }
    return undefined
  }
  const text = tree.text(entry.value, `\`${entry.key.text}\``)
  if (text === undefined) return undefined
  if (entry.key.text === "file") return { file: text }
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return { env: text }
  const summary = `${describe(entry.value)} cannot be the name of an environment variable`
  tree.report(entry.value.offset, { summary, detail: "It takes letters, digits and `_`." })
  return undefined
}
