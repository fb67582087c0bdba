/**
 * Ids that must differ, and need not be secret: of requests, and of runs.
 */
import type * as Random from "effect/Random"

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))

/** 32 bits in hexadecimal. */
const word = (bits: number): string =>
  `${hex[bits >>> 24]}${hex[(bits >>> 16) & 0xff]}${hex[(bits >>> 8) & 0xff]}${hex[bits & 0xff]}`

/**
 * A UUID of version 4 (RFC 9562), made of what `random` gives: the same again where that is seeded. Who can see some of them can
 * guess others; `crypto.randomUUID` is for those that must not be guessed, and takes as long to load as a fifth of Node.
 */
export const uuid = (random: (typeof Random.Random)["Service"]): string => {
  const draw = () => Math.floor(random.nextDoubleUnsafe() * 0x1_0000_0000)
  const second = word((draw() & 0xffff_0fff) | 0x4000)
  const third = word((draw() & 0x3fff_ffff) | 0x8000_0000)
  return `${word(draw())}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${word(draw())}`
}
