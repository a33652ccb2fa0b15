/** The page's style: one set of names, in light and in dark. Sides differ by colour and by the line's form. */
export const pageStyle = `
:root {
  --ground: #fff; --ink: #1a1c20; --quiet: #565c66; --line: #d5d9e0; --card: #f7f8fa;
  --for: 26 115 196; --against: 214 96 10; --most: .42; --right: #17663a; --wrong: #a3260f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #131519; --ink: #eceef2; --quiet: #a6adb9; --line: #363b45; --card: #1b1e24;
    --for: 64 140 230; --against: 232 120 40; --most: .62; --right: #7fd6a0; --wrong: #ff9d87;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 54rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; margin: .5rem 0; }
h2 { font-size: .9rem; margin: 0; color: var(--quiet); font-weight: 600; }
.title { font-size: 1.2rem; margin: 1.75rem 0 .5rem; color: var(--ink); }
.found h3 { margin-top: 0; }
.found .note { margin-top: .75rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
h3 small, .note, .strongest, .cut { color: var(--quiet); font-weight: 400; font-size: .875rem; }
p { margin: .25rem 0; }
article { border: 1px solid var(--line); border-radius: .5rem; background: var(--card); padding: 1rem; margin: 1rem 0; }
.text { font-size: 1.125rem; line-height: 2; white-space: pre-wrap; }
.word {
  position: relative; border-radius: .2em; padding: .1em .12em; margin: 0 -.12em;
  background: rgb(var(--side) / calc(var(--strength) * var(--most)));
  text-decoration: underline; text-decoration-color: rgb(var(--side)); text-underline-offset: .22em;
  text-decoration-thickness: calc(1px + var(--strength) * 2px);
}
.for { --side: var(--for); text-decoration-style: solid; }
.against { --side: var(--against); text-decoration-style: dashed; }
.legend .word { margin-right: .75rem; padding: .15em .5em; }
.word:focus { outline: 2px solid var(--ink); outline-offset: 1px; }
.number {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; user-select: none;
}
.word:hover .number, .word:focus .number {
  width: auto; height: auto; clip-path: none; left: 0; bottom: 100%; z-index: 1; padding: 0 .45em;
  border-radius: .3em; background: var(--ink); color: var(--ground); font: .875rem/1.7 system-ui, sans-serif;
}
.unseen { color: var(--quiet); text-decoration: line-through; }
.right { color: var(--right); font-weight: 600; }
.wrong { color: var(--wrong); font-weight: 600; }
summary { cursor: pointer; color: var(--quiet); font-size: .875rem; padding: .35rem 0; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { text-align: start; padding: .1rem .6rem .1rem 0; border-bottom: 1px solid var(--line); white-space: pre; }
.value, th:last-child { text-align: end; padding-right: 0; }
.figures th, .figures td { padding-right: 1rem; }
.figures .figure { text-align: end; }
code { font-size: .9em; }
`;
