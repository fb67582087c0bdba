/**
 * Search and filters of the HTML report: without this script, all is shown.
 *
 * Kinds of entries are shown and hidden as a whole; a search looks up texts that are put together once, before anybody types, and
 * touches only what changes. A block without a match is hidden as one, and its entries are left as they are until it is shown
 * again, so that a fleet's report stays quick.
 */
export const script = `(() => {
const all = (of, query) => [...of.querySelectorAll(query)]
const bar = document.getElementById("find")
const word = document.getElementById("q")
const said = bar.querySelector("output")
const number = (n) => n.toLocaleString("en")
const put = (el, hidden) => { if (el.hidden !== hidden) el.hidden = hidden }
const kinds = all(document, "[data-kind]").map((el) =>
({ el, box: bar.querySelector("[value=" + el.dataset.kind + "]"), hits: Number(el.dataset.size) }))
const total = kinds.reduce((sum, { hits }) => sum + hits, 0)
let last = ""
const text = (el) => el.textContent.toLowerCase()
const read = (kind) => kind.blocks ??= all(kind.el, ".block").map((el) => {
const group = el.closest(".group")
return { el, group, why: group ? text(group.querySelector(".why")) : "", rows: [...el.children].map((el) => ({ el, text: text(el) })) }
})
const look = (words) => {
for (const kind of kinds) {
kind.hits = 0
const groups = new Map()
for (const { el, group, rows, why } of read(kind)) {
const found = rows.map(({ text }) => words.every((w) => text.includes(w) || why.includes(w)))
const hits = found.reduce((sum, is) => sum + is, 0)
put(el, hits === 0)
if (hits > 0) for (let i = 0; i < rows.length; i++) put(rows[i].el, !found[i])
if (group) groups.set(group, (groups.get(group) ?? 0) + hits)
kind.hits += hits
}
for (const [group, hits] of groups) put(group, hits === 0)
if (words.length > 0 && kind.hits > 0) for (const el of all(kind.el, ".fold")) el.open = true
}
}
const show = () => {
const words = word.value.toLowerCase().split(/\\s+/).filter((w) => w !== "")
if (words.join(" ") !== last) look(words)
last = words.join(" ")
let found = 0
for (const { el, box, hits } of kinds) {
put(el, !box.checked || (last !== "" && hits === 0))
if (box.checked) found += hits
}
for (const el of all(document, ".of")) put(el, all(el, "[data-kind]").every((kind) => kind.hidden))
const isAll = last === "" && kinds.every(({ box }) => box.checked)
bar.classList.toggle("active", !isAll)
const entries = number(total) + (total === 1 ? " entry" : " entries")
said.textContent = (isAll ? entries : found === 0 ? "Nothing matches, of " + entries : number(found) + " of " + entries) + (bar.dataset.more ?? "")
}
let timer
word.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 120) })
for (const { box } of kinds) box.addEventListener("change", show)
addEventListener("beforeprint", () => { for (const el of all(document, "details")) el.open = true })
bar.hidden = false
show()
const idle = window.requestIdleCallback ?? setTimeout
const warm = ([kind, ...rest]) => { if (kind) idle(() => { read(kind); warm(rest) }) }
warm(kinds)
})()`
