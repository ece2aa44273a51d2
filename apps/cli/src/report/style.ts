// The page's style sheet: light and dark by the reader's preference, one column on a phone, and quiet on paper.

import { variables } from './palette.ts';

export const style = `
:root { color-scheme: light dark; ${variables('light')} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables('dark')} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-variant-numeric: tabular-nums;
}
main, header { max-width: 1040px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 48px; }
main { padding-bottom: 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 4px 0 6px; font-weight: 650; }
h2 { font-size: 21px; letter-spacing: -0.01em; margin: 52px 0 4px; font-weight: 650; }
h3 { font-size: 15px; margin: 0; font-weight: 600; color: var(--ink); }
p { margin: 0 0 14px; max-width: 74ch; }
.eyebrow { font-size: 13px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--muted); margin: 0; }
.question { font-size: 19px; color: var(--muted); margin: 0; }
.note, figcaption, .tile dd small { color: var(--muted); }
.note { font-size: 14.5px; margin-bottom: 16px; }
.head { display: flex; flex-wrap: wrap; gap: 16px 40px; justify-content: space-between; align-items: flex-end; }
.verdict { text-align: right; font-size: 14.5px; color: var(--muted); }
.verdict strong {
  display: inline-block; color: var(--verdict); border: 1.5px solid var(--verdict); border-radius: 999px;
  padding: 3px 14px; font-size: 15px; font-weight: 600; margin-bottom: 6px;
}
.lead { font-size: 17px; margin: 26px 0 22px; max-width: 80ch; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 0; }
.tile, figure, .card {
  background: var(--surface); border: 1px solid var(--line); border-radius: 10px;
}
.tile { padding: 14px 16px 12px; margin: 0; }
.tile dt { font-size: 13.5px; color: var(--muted); }
.tile dd { margin: 2px 0 0; font-size: 25px; font-weight: 620; letter-spacing: -0.01em; line-height: 1.25; }
.tile dd small { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; line-height: 1.45; }
.charts { display: grid; grid-template-columns: repeat(2, 1fr); gap: 14px; margin-top: 16px; }
figure { margin: 0; padding: 16px 16px 10px; min-width: 0; }
figure.wide { grid-column: 1 / -1; }
.charts > .card { margin-top: 0; }
figure svg { display: block; width: 100%; height: auto; }
.plot { margin-top: 10px; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 0; padding: 0; font-size: 13.5px; }
.legend li { display: flex; align-items: center; gap: 7px; }
.mark { flex: none; width: 22px; height: 0; border-top: 2.5px solid var(--mark); }
.mark.dashed { border-top-style: dashed; }
.mark.dotted { border-top-style: dotted; }
.mark.dot, .mark.diamond, .mark.bar { border: 0; background: var(--mark); width: 9px; height: 9px; }
.mark.dot { border-radius: 50%; }
.mark.diamond { transform: rotate(45deg); width: 8px; height: 8px; }
.mark.bar { opacity: 0.55; height: 12px; }
.scroll { overflow-x: auto; }
.card { padding: 6px 18px; margin-top: 14px; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
caption { text-align: left; color: var(--muted); font-size: 13.5px; padding: 8px 0 2px; }
th, td { text-align: left; padding: 8px 14px 8px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tr:last-child > * { border-bottom: 0; }
th { font-weight: 600; }
thead th { color: var(--muted); font-weight: 500; font-size: 13.5px; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td.when, td.what { white-space: nowrap; }
.card + .note { margin-top: 16px; }
.timeline ul { margin: 6px 0; padding-left: 20px; }
.timeline details { margin-top: 4px; font-size: 13.5px; }
td small, th small { color: var(--muted); font-weight: 400; }
td.number small { white-space: nowrap; }
tbody th small { display: block; }
.named::before {
  content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px;
  background: var(--mark);
}
.best { font-weight: 650; }
.bar-cell { width: 46%; }
.bar { display: block; height: 12px; border-radius: 3px; background: var(--muted); min-width: 2px; opacity: 0.75; }
.matrix { table-layout: fixed; }
.matrix thead th { text-align: center; padding-right: 0; }
.matrix td { text-align: center; padding: 16px 10px; border: 2px solid var(--surface); border-radius: 8px; }
.matrix td b { display: block; font-size: 20px; font-weight: 620; }
.matrix th { border: 0; }
.matrix tbody th { width: 24%; }
.matrix tr > * { border-bottom: 2px solid var(--surface); }
.right { background: color-mix(in srgb, var(--network) calc(8% + 34% * var(--share)), var(--surface)); }
.wrong { background: color-mix(in srgb, var(--constant) calc(8% + 34% * var(--share)), var(--surface)); }
dl.meanings { margin: 0; padding: 6px 0; }
dl.meanings dt { font-size: 13.5px; color: var(--muted); margin-top: 10px; }
dl.meanings dd { margin: 0; font-size: 20px; font-weight: 620; }
dl.meanings small { font-size: 14px; font-weight: 400; color: var(--muted); margin-left: 6px; }
dl.meanings p { font-size: 14px; font-weight: 400; margin: 0; }
ul.reasons { margin: 14px 0 0; padding: 12px 18px 12px 36px; font-size: 15px; }
ul.reasons li { margin: 5px 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 7px 24px; margin: 0; padding: 10px 0; font-size: 14.5px; }
dl.facts dt { color: var(--muted); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { margin-top: 12px; font-size: 14.5px; }
summary { cursor: pointer; color: var(--muted); }
footer { color: var(--muted); font-size: 13.5px; margin-top: 44px; border-top: 1px solid var(--line); padding-top: 14px; }
@media (max-width: 860px) { .tiles { grid-template-columns: repeat(2, 1fr); } .charts { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 620px) {
  main, header { padding-left: 14px; padding-right: 14px; }
  header { padding-top: 28px; }
  h1 { font-size: 28px; }
  .verdict { text-align: left; }
  figure { padding: 14px 10px 8px; }
  figure.wide .plot { overflow-x: auto; }
  figure.wide svg { width: 760px; }
  .card { padding: 4px 12px; }
  .tile { padding: 11px 12px; }
  .tile dd { font-size: 21px; }
  tbody th small { display: none; }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin-bottom: 8px; }
}
@media print {
  body { background: #fff; font-size: 12px; }
  main, header { max-width: none; padding-left: 0; padding-right: 0; }
  figure, .tile, .card, tr, ul.reasons li { break-inside: avoid; }
  h2 { break-after: avoid; margin-top: 28px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
