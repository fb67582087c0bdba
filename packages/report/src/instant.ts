/** The milliseconds of a time of RFC 3339 in UTC; `undefined` of any other text, of which engines take more than is a time. */
export const instantOf = (text: string): number | undefined => {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}
