/**
 * How fast a client may send: how many requests may be under way, and how many may begin in a second.
 *
 * Both are learnt from the answers. Concurrency grows as TCP's does: one more for each answer at first, one more for each
 * round of answers after the first sign of too much (429, or no answer in time), which halves it. Where most answers are
 * 429, concurrency alone cannot help, since one request at a time may still be too many: then a rate is set to what got
 * through, raised until it is too much, and from then on kept just below that, by the cubic curve of the AWS SDKs' adaptive
 * mode with a smaller step down (3 %, where they take 30 %): a check has time, and only few requests that are refused.
 *
 * A time to wait that the service names holds for all reads.
 */

/** Requests under way at first, and at most. */
const firstLimit = 16
const maxLimit = 1_024

/** How much one answer counts in the share of answers that are 429, and from which share on a rate is set. */
const shareWeight = 1 / 16
const pacingShare = 0.5

/**
 * A rate that does not help means that the service refuses at random: where it has had to fall to a quarter by small steps, or
 * five large ones have left the share as it was, it is given up, and set again only where nearly all answers are 429.
 */
const givenUpShare = 0.25
const givenUpSteps = 5
const certainShare = 0.9

/** Below this share a single 429 of a paced client means that the rate is just too high; above, that it is far too high. */
const farShare = 0.25

/** Requests a second: the least, and what counts as no limit at all. */
const minRate = 0.5
const freeRate = 2_000

/** While the limit is being looked for, the rate grows by half in a second. */
const searchGrowth = 1.5

/**
 * The curve: how far below the ceiling it begins, and after how many seconds it is back at it; sooner where the ceiling is a
 * rough one, later where each 429 costs a pause. After twice as long it is as far above, and the limit has moved: it is
 * looked for again.
 */
const step = 0.03
const plateauSeconds = 20
const roughPlateauSeconds = 5
const maxPlateauSeconds = 300

/** What gets through is counted in tenths of a second, over two seconds. */
const tallyMillis = 100
const tallies = 20

/** What becomes of a request, as far as speed goes: an answer, 429, no answer in time, or nothing that says anything. */
export type Outcome = "answered" | "throttled" | "late" | "silent"

export class Pacer {
  #limit = firstLimit
  #isSlowStart = true
  #underWay = 0
  #decreasedAt = Number.NEGATIVE_INFINITY
  #pausedUntil = 0
  #nextAt = 0
  /** The rate in the highest of which there was no 429, since when, and whether it is still being looked for. */
  #ceiling: number | undefined
  #ceilingAt = 0
  #isSearching = false
  #plateauSeconds = plateauSeconds
  #firstCeiling = 0
  #farSteps = 0
  #pacingShare = pacingShare
  #share = 0
  /** Answers in each of the last tenths of a second that was not a pause, and which tenth the last one is. */
  readonly #answers: Array<number> = Array.from({ length: tallies }, () => 0)
  #tenth = 0
  #pausedMillis = 0

  /** Requests that may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** Requests that may begin in a second, at `now`. */
  rate(now: number): number {
    if (this.#ceiling === undefined) return Number.POSITIVE_INFINITY
    const seconds = Math.max(0, now - this.#ceilingAt) / 1_000
    const plateau = this.#plateauSeconds
    const curved = this.#isSearching ? 0 : Math.min(seconds, 2 * plateau)
    const curve = this.#isSearching ? 1 : 1 + step * ((curved - plateau) / plateau) ** 3
    return Math.max(minRate, this.#ceiling * curve * searchGrowth ** (seconds - curved))
  }

  /** How long a request has to wait at `now`, in milliseconds; without end where another one must end first. */
  wait(now: number): number {
    if (this.#underWay >= this.limit) return Number.POSITIVE_INFINITY
    return Math.max(0, this.#pausedUntil - now, this.#nextAt - now)
  }

  /** A request begins. */
  take(now: number): void {
    this.#underWay += 1
    const rate = this.rate(now)
    if (rate > freeRate) this.#ceiling = undefined
    else this.#nextAt = Math.max(now, this.#nextAt) + 1_000 / rate
  }

  /** A request that began at `sentAt` has ended. `retryAfter`: how long the service asked to be left alone, in milliseconds. */
  end(now: number, sentAt: number, outcome: Outcome, retryAfter = 0): void {
    this.#underWay -= 1
    if (outcome === "silent") return
    if (outcome === "answered") {
      this.#remember(now)
      if (this.#limit < maxLimit) this.#limit += this.#isSlowStart ? 1 : 1 / this.#limit
    }
    this.#pauseUntil(now, now + retryAfter)
    // What was sent before the last step down knows nothing of it.
    if (sentAt <= this.#decreasedAt) return
    this.#share += shareWeight * ((outcome === "throttled" ? 1 : 0) - this.#share)
    if (outcome === "answered") return
    this.#isSlowStart = false
    this.#limit = Math.max(1, this.#limit / 2)
    this.#decreasedAt = now
    if (outcome !== "throttled") return
    if (this.#ceiling !== undefined || retryAfter > 0 || this.#share >= this.#pacingShare) this.#slowDown(now)
  }

  /** A request was called off. */
  abandon(): void {
    this.#underWay -= 1
  }

  #pauseUntil(now: number, until: number): void {
    const added = until - Math.max(now, this.#pausedUntil)
    if (added <= 0) return
    this.#pausedUntil = until
    this.#pausedMillis += added
  }

  #slowDown(now: number): void {
    const rate = this.rate(now)
    const isFirst = this.#ceiling === undefined
    const isFar = isFirst || this.#share >= farShare
    const ceiling = Math.max(minRate, isFar ? Math.min(rate, this.#throughput(now)) : rate)
    if (isFar) this.#firstCeiling = ceiling
    this.#farSteps = isFar && !isFirst ? this.#farSteps + 1 : 0
    if (this.#farSteps > givenUpSteps || ceiling < this.#firstCeiling * givenUpShare) {
      this.#ceiling = undefined
      this.#pacingShare = certainShare
      return
    }
    this.#isSearching = isFirst
    this.#ceiling = ceiling
    this.#ceilingAt = now
    const pausedSeconds = Math.max(0, this.#pausedUntil - now) / 1_000
    this.#plateauSeconds = Math.min(
      maxPlateauSeconds,
      (isFar ? roughPlateauSeconds : plateauSeconds) * (1 + 2 * pausedSeconds)
    )
    this.#nextAt = now + 1_000 / this.rate(now)
  }

  /** Moves the tallies on to `now`. Time in which nothing was sent says nothing of what gets through. */
  #advance(now: number): void {
    const tenth = Math.floor((now - this.#pausedMillis) / tallyMillis)
    for (let passed = Math.min(tenth - this.#tenth, tallies); passed > 0; passed--) {
      this.#answers.shift()
      this.#answers.push(0)
    }
    this.#tenth = Math.max(this.#tenth, tenth)
  }

  #remember(now: number): void {
    this.#advance(now)
    this.#answers.push((this.#answers.pop() as number) + 1)
  }

  /** Answers a second in the last two seconds, pauses left out. */
  #throughput(now: number): number {
    this.#advance(now)
    const answers = this.#answers.reduce((sum, count) => sum + count, 0)
    // The tenth that is under way is not whole yet.
    const begun = Math.max(0, now - this.#pausedMillis - this.#tenth * tallyMillis)
    return (answers * 1_000) / ((tallies - 1) * tallyMillis + begun)
  }
}
