/**
 * Sections of a Markdown text that has room for so much: each has its share, and what does not fit is left out by items, and counted.
 */

/** The longest text, in UTF-16 units; GitHub takes 65,536 characters. */
export const maxLength = 60_000

/** What each section can count on, whatever those before it hold. */
const share = 4_000
/** Room for the line that says what was left out. */
const leftOutLength = 100

/** Findings that stand together. */
export interface Section {
  readonly open: string
  readonly close: string
  readonly count: number
  /** Their texts, made one by one. */
  readonly items: Iterable<string>
}

/** A section that is shown on demand. */
export const folded = (title: string, count: number, items: Iterable<string>): Section => ({
  open: `<details><summary>${title}: ${count}</summary>\n\n`,
  close: "\n</details>\n\n",
  count,
  items
})

/** The whole text, in pieces; what follows a section that is too long is not pushed out by it. */
export function* fitted(head: string, sections: ReadonlyArray<Section>, foot: string): Iterable<string> {
  let room = maxLength - head.length - foot.length
  yield head
  for (const [index, { close, count, items, open }] of sections.entries()) {
    const frame = open.length + close.length + leftOutLength
    const kept = (sections.length - index - 1) * share
    let left = room - kept - frame
    room -= frame
    let shown = 0
    yield open
    for (const item of items) {
      if (left < leftOutLength) break
      // Another one may be shorter.
      if (item.length > left) continue
      left -= item.length
      room -= item.length
      shown += 1
      yield item
    }
    if (shown < count)
      yield `\n${count - shown} more are left out here: a comment is limited, other formats hold them.\n`
    yield close
  }
  yield foot
}
