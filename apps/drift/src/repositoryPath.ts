/**
 * How a file is called in reports that are shown beside a repository, as GitHub and GitLab do: by its path from the root of that.
 */
import { existsSync } from "node:fs"
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path"
import { portablePath } from "@holdfast/report/portablePath"

/** The repository that a directory is in. */
const rootOf = (directory: string): string | undefined => {
  if (existsSync(join(directory, ".git"))) return directory
  const parent = dirname(directory)
  return parent === directory ? undefined : rootOf(parent)
}

const pathIn = (root: string, path: string): string | undefined => {
  const inside = relative(root, path)
  const isOutside = inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  return isOutside ? undefined : inside.replaceAll(sep, "/")
}

const known = new Map<string, string>()

/** The path of a file from the root of its repository, or from this directory; of one that is elsewhere, its name. */
export const repositoryPath = (path: string): string => {
  const before = known.get(path)
  if (before !== undefined) return before
  const absolute = resolve(path)
  const isFile = path !== "" && path !== "<stdin>"
  const root = rootOf(dirname(absolute)) ?? process.cwd()
  const said = isFile ? (pathIn(root, absolute) ?? portablePath(absolute)) : path
  known.set(path, said)
  return said
}
