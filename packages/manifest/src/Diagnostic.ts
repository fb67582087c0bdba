/**
 * What is wrong with a manifest, and where.
 */
import * as Schema from "effect/Schema"

/** One mistake. Its texts may quote the manifest: escape them for wherever they go. */
export const Diagnostic = Schema.Struct({
  severity: Schema.Literals(["error", "warning"]),
  /** What is wrong, in a sentence without its full stop. */
  summary: Schema.String,
  /** What was expected, or what to do. */
  detail: Schema.optionalKey(Schema.String),
  /** What was probably meant. */
  suggestion: Schema.optionalKey(Schema.String),
  /** The file as it was named, or `<stdin>`; missing where no file is at fault. */
  path: Schema.optionalKey(Schema.String),
  /** Counted from 1; missing where the file as a whole is meant. */
  line: Schema.optionalKey(Schema.Int),
  /** In characters, counted from 1. */
  column: Schema.optionalKey(Schema.Int),
  /** The line itself, where it is not too long to show. */
  text: Schema.optionalKey(Schema.String)
})
export type Diagnostic = typeof Diagnostic.Type

/** The longest line that is shown, in units of its text. */
const maxLineLength = 200

/** A place in a line that is counted on from. */
interface Mark {
  readonly offset: number
  readonly column: number
}

/** How many units are counted again for a place. */
const markUnits = 1_024

const noMarks: ReadonlyArray<Mark> = []

/** Turns offsets in a source into places. Lines end in LF, CR LF or CR, as YAML has it. */
export class SourceText {
  readonly path: string
  readonly text: string
  private lineStarts: ReadonlyArray<number> | undefined
  /** Of long lines, by where they start: the column of every so many units. */
  private readonly columns = new Map<number, ReadonlyArray<Mark>>()

  constructor(path: string, text: string) {
    this.path = path
    this.text = text
  }

  /** Line and column of an offset, each counted from 1, the column in characters. */
  placeOf(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.starts()
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    const start = starts[low] as number
    const near = this.marksOf(start, starts[low + 1] ?? this.text.length)[Math.floor((offset - start) / markUnits)]
    const from = near ?? { offset: start, column: 1 }
    return { line: low + 1, column: from.column + characters(this.text.slice(from.offset, offset)) }
  }

  /** A file of one line is not counted again for each of its words. */
  private marksOf(start: number, end: number): ReadonlyArray<Mark> {
    if (end - start <= markUnits) return noMarks
    const known = this.columns.get(start)
    if (known !== undefined) return known
    const marks: Array<Mark> = [{ offset: start, column: 1 }]
    let last = { offset: start, column: 1 }
    for (let offset = start + markUnits; offset < end; offset += markUnits) {
      // Not between the two units of a character: counting on from there would count it twice.
      const at = /[\ud800-\udbff]/.test(this.text.charAt(offset - 1)) ? offset - 1 : offset
      last = { offset: at, column: last.column + characters(this.text.slice(last.offset, at)) }
      marks.push(last)
    }
    this.columns.set(start, marks)
    return marks
  }

  /** The text of a line without its end; `undefined` where it is longer than a screen would show. */
  lineText(line: number): string | undefined {
    const starts = this.starts()
    const start = starts[line - 1] ?? 0
    const end = starts[line] ?? this.text.length
    // Before it is cut out: a file of one line may have a mistake in each of its words. An end takes two characters at most.
    if (end - start > maxLineLength + 2) return undefined
    const text = this.text.slice(start, end).replace(/[\r\n]+$/, "")
    return text.length > maxLineLength ? undefined : text
  }

  private starts(): ReadonlyArray<number> {
    if (this.lineStarts === undefined) {
      const { text } = this
      const starts = [0]
      let feed = text.indexOf("\n")
      let carriage = text.indexOf("\r")
      while (feed >= 0 || carriage >= 0) {
        const end = feed < 0 || (carriage >= 0 && carriage < feed) ? carriage : feed
        const start = end === carriage && feed === carriage + 1 ? feed + 1 : end + 1
        starts.push(start)
        if (feed >= 0 && feed < start) feed = text.indexOf("\n", start)
        if (carriage >= 0 && carriage < start) carriage = text.indexOf("\r", start)
      }
      this.lineStarts = starts
    }
    return this.lineStarts
  }
}

/** How many characters a text has, each counted once, however many units encode it. */
export const characters = (text: string): number => (/[^\x00-\x7f]/.test(text) ? [...text].length : text.length)

/** The most of a manifest's own words that a message repeats, in characters. */
const quoteLength = 80

/** A word of the manifest in quotes, cut where it is long. */
export const quote = (text: string): string => `"${cut(text)}"`

/** A word of the manifest, cut where it is long. */
export const cut = (text: string): string => {
  // A character takes two units at most.
  const beginning = [...text.slice(0, 2 * quoteLength + 2)]
  return beginning.length > quoteLength ? `${beginning.slice(0, quoteLength).join("")}…` : text
}

/** The diagnostic of the mistake at `offset`, or of the whole file. */
export const at = (
  source: SourceText,
  offset: number | undefined,
  parts: Pick<Diagnostic, "summary" | "detail" | "suggestion"> & { readonly severity?: Diagnostic["severity"] }
): Diagnostic => {
  const base = { severity: "error" as const, path: source.path, ...parts }
  if (offset === undefined) return base
  const place = source.placeOf(offset)
  const text = source.lineText(place.line)
  return { ...base, ...place, ...(text === undefined ? {} : { text }) }
}

/** The candidate that `word` was probably meant to be: at most two slips away, and about a third of its length. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  if (word.length > 60) return undefined
  let best: string | undefined
  let bestDistance = Math.min(2, Math.round(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; `limit` where it is not less. */
const editDistance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let beforeLast: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        (current[column - 1] as number) + 1,
        (last[column] as number) + 1,
        (last[column - 1] as number) + (same ? 0 : 1)
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] as number) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[b.length] as number
}
