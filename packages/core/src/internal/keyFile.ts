/**
 * What `YC_SERVICE_ACCOUNT_KEY_FILE` gives: the path of a key file, or, as the Terraform provider takes it, its content.
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { CredentialsError } from "../CloudBackupError.ts"
import * as ServiceAccountKey from "../ServiceAccountKey.ts"

/** A key file takes some 2 kB. */
const maxBytes = 64 * 1024

/** The numbers of a file's owner, and of who runs the program. */
interface Users {
  readonly owner: number | undefined
  readonly own: number | undefined
}

/**
 * Whether others than its owner may get at a file. One that root has made for the group of this program is as it should be: so
 * does Kubernetes mount secrets, and nobody in the container could change it.
 */
export const isOpen = (mode: number, { owner, own }: Users): boolean =>
  (mode & (owner === 0 && own !== 0 ? 0o037 : 0o077)) !== 0

/** Windows knows no such bits. */
const hasModes = globalThis.process?.platform !== "win32"

/** What works, and should be mended: what it is, and how, each in a sentence without its stop. */
export interface Warning {
  readonly summary: string
  readonly remedy: string
}

export interface ReadKey {
  readonly key: ServiceAccountKey.ServiceAccountKey
  readonly source: string
  readonly warnings: ReadonlyArray<Warning>
}

/** Reads the key that the variable gives. */
export const read = Effect.fnUntraced(function* (
  fs: FileSystem.FileSystem,
  variable: Redacted.Redacted
): Effect.fn.Return<ReadKey, CredentialsError> {
  const given = Redacted.value(variable).trim()
  if (/[{\n]|-----BEGIN/.test(given)) {
    const source = "the key in YC_SERVICE_ACCOUNT_KEY_FILE"
    return { key: yield* ServiceAccountKey.parse(given, source), source, warnings: [] }
  }
  // What is no path may be a secret: a token, or the key in base64.
  const isPath = given.length <= 200 && /[./]/.test(given) && !/^[tc]1\./.test(given)
  const source = isPath ? `the key file ${given}` : "the file that YC_SERVICE_ACCOUNT_KEY_FILE names"
  const unreadable = (detail: string) =>
    new CredentialsError({
      source,
      detail,
      remedy: "Check the path in YC_SERVICE_ACCOUNT_KEY_FILE and the file's permissions.",
      attempts: 0
    })
  const { mode, size, type, uid } = yield* Effect.mapError(fs.stat(given), (error) =>
    unreadable(`the file cannot be read (${error.reason._tag})`)
  )
  // A pipe or a device may never end.
  if (type !== "File" || size > maxBytes) return yield* unreadable("this is not a key file")
  if (Number(size) === 0) return yield* unreadable("the file is empty: was the secret there that it is made from?")
  const text = yield* Effect.mapError(fs.readFileString(given), (error) =>
    unreadable(`the file cannot be read (${error.reason._tag})`)
  )
  const warnings =
    hasModes && isOpen(mode, { owner: Option.getOrUndefined(uid), own: globalThis.process?.getuid?.() })
      ? [{ summary: `Others on this machine may read or change ${source}`, remedy: `chmod 600 ${given}` }]
      : []
  return { key: yield* ServiceAccountKey.parse(text, source), source, warnings }
})
