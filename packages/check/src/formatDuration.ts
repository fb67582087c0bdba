/** A span of time as people say it, in its two largest units, rounded down: `31h 5m`, `12d`, `45s`. */
export const formatDuration = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  const units: ReadonlyArray<readonly [string, number]> =
    seconds >= 3 * 86_400
      ? [
          ["d", 86_400],
          ["h", 3_600]
        ]
      : seconds >= 3_600
        ? [
            ["h", 3_600],
            ["m", 60]
          ]
        : [
            ["m", 60],
            ["s", 1]
          ]
  let rest = seconds
  const parts = units.flatMap(([unit, size]) => {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    return amount === 0 ? [] : [`${amount}${unit}`]
  })
  return parts.length === 0 ? "0s" : parts.join(" ")
}
