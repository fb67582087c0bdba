import type { CheckReport } from "@holdfast/check/CheckReport"

/** What was compared with, in a few words that are not escaped: a run on an emulator or a snapshot must not pass for a real one. */
export const liveSide = ({ emulator, endpoint, snapshot }: CheckReport): string => {
  if (snapshot !== null) {
    const of = emulator === null ? "" : ` of an emulator of ${emulator}`
    return `the snapshot ${snapshot.path} of ${snapshot.timestamp}${of}`
  }
  if (emulator !== null) return `an emulator of ${emulator}`
  return endpoint === "" ? "nothing" : endpoint
}
