/**
 * Live update: where the server says that history has changed, the page reads its main part again, and where the server is not
 * there, it says so. Without this script a page is as it was when it was loaded, and says of when that is.
 */
export const script = `(() => {
const { events, version: first } = document.body.dataset
if (!events) return
const live = document.getElementById("live")
const say = (text) => { if (live.textContent !== text) live.textContent = text }
const main = () => document.getElementById("main")
let version = first
let since = Date.now()
let isBusy = false
let isWanted = false
const isTyping = () => {
const el = document.activeElement
return el !== null && main().contains(el) && /^(INPUT|SELECT)$/.test(el.tagName)
}
const opened = (of) => [...of.querySelectorAll("details")].map((el) => el.open)
const put = (next) => {
const old = main()
const folds = opened(old)
next.querySelectorAll("details").forEach((el, index) => { if (folds[index]) el.open = true })
old.replaceWith(document.adoptNode(next))
}
const refresh = async () => {
if (isBusy || isTyping()) { isWanted = true; return }
isBusy = true
isWanted = false
try {
const answer = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-cache" })
if (answer.status === 401) { location.reload(); return }
if (!answer.ok) throw new Error(String(answer.status))
const page = new DOMParser().parseFromString(await answer.text(), "text/html")
put(page.getElementById("main"))
since = Date.now()
say("")
} catch {
lost()
} finally {
isBusy = false
if (isWanted && !isTyping()) refresh()
}
}
const lost = () => say("No connection to the server: this page shows what was known at " + new Date(since).toLocaleTimeString() + ".")
let source
const listen = () => {
source = new EventSource(events)
source.addEventListener("version", (event) => {
const next = JSON.parse(event.data)
if (next !== version) { version = next; refresh() } else if (live.textContent !== "") refresh()
})
source.onerror = () => {
lost()
if (source.readyState === EventSource.CLOSED) setTimeout(listen, 30000)
}
}
listen()
document.addEventListener("focusout", () => setTimeout(() => { if (isWanted) refresh() }, 0))
setInterval(() => { if (!document.hidden) refresh() }, 60000)
document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() - since > 60000) refresh() })
})()`
