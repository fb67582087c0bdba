/**
 * Paths of files in reports that are read elsewhere: beside a repository, and not on the machine that made them.
 */

/** How a file is called in a report. */
export type PathOf = (path: string) => string

/** A relative path as it is; of an absolute one the name alone, since its folders are nobody's but this machine's. */
export const portablePath: PathOf = (path) => {
  if (!/^(?:[/\\]|[a-z]:[/\\])/i.test(path)) return path
  return path.split(/[/\\]/).findLast((segment) => segment !== "") ?? ""
}
