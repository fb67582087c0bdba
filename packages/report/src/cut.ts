/** A text that is not escaped yet, cut where it is longer than `length` units; no character is cut in two. */
export const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length
  return `${text.slice(0, end)}…`
}
