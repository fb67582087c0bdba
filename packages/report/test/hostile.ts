/** Strings that others might write into a manifest, a resource or an error, and what must not come of them. */
import { assert } from "@effect/vitest"

export const hostile: Readonly<Record<string, string>> = {
  "colours and a cleared screen": "\u001b[31mred\u001b[2J\u001b[1;1H",
  "a window title and a link": "\u001b]0;owned\u0007\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\",
  "carriage returns": "x\r✓ In sync: all 1 are as declared\r",
  "line feeds": "x\n✓ In sync: all 1 are as declared\n\n",
  "every C0 control": String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code), 127),
  "every C1 control": String.fromCharCode(...Array.from({ length: 32 }, (_, code) => code + 128)),
  "line and paragraph separators": "a\u2028b\u2029c",
  "marks that reorder": "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f",
  "marks that take no room": "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg\u180eh",
  tags: "\u{e0041}\u{e007f}",
  "lone surrogates": "\ud800x\udfff",
  "a GitHub command": "::error::owned",
  "a GitHub command in capitals": "::ERROR::owned",
  "a GitHub command with a colon in its properties": "::error file=a:b,line=1::owned",
  "a GitHub command after white space": " \u00a0\t::set-output name=x::owned",
  "a GitHub command after a line feed": "x\n::stop-commands::token",
  "the first half of a GitHub command": "::error",
  "a colon": ":",
  colons: "::::",
  "a GitHub command of old": "x ##[error]owned ###[group]",
  "an Azure command": "x ##vso[task.setvariable variable=x]owned",
  "a TeamCity command": "##teamcity[buildStatus status='SUCCESS']",
  "the end of a script": "</script><script>alert(1)</script>",
  "a prototype": "__proto__",
  "100 kB": "0123456789".repeat(10_000),
  "100 kB of controls": "\u001b\u202e".repeat(50_000)
}

const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/
export const invisible =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/u
export const buildCommand = /##\[|##vso\[|##teamcity\[/i

/** Nothing in `text` moves the cursor, hides or reorders text, or is run by a build server. */
export const assertHarmless = (text: string): void => {
  assert.strictEqual(controls.exec(text)?.[0].codePointAt(0), undefined, "a control character")
  assert.strictEqual(invisible.exec(text)?.[0].codePointAt(0), undefined, "a mark that hides or reorders")
  assert.isTrue(text.isWellFormed(), "a lone surrogate")
  assert.strictEqual(buildCommand.exec(text)?.[0], undefined, "a command of a build server")
  assert.strictEqual(/^\s*::.{0,80}/m.exec(text)?.[0], undefined, "a command of GitHub")
}
