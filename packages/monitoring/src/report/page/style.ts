// The page's style sheet: light and dark by the reader's preference, one column on a phone. Charts take their colours from it, so they
// follow too. The hues are those of Okabe and Ito (2008), which people with colour-blindness can tell apart.

export const style = `
:root {
  color-scheme: light dark;
  --window: #0067b1; --training: #6e7781; --ink: #1b2430; --muted: #57616e; --line: #dde2e8; --surface: #fffffe; --page: #f5f7f9;
  --ok: #00744f; --inconclusive: #8a5a00; --drifted: #8a4a8f; --degraded: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --window: #5ab4ec; --training: #919aa5; --ink: #e8ecf1; --muted: #a3adb9; --line: #323b47; --surface: #1a212b; --page: #12171e;
    --ok: #3fc796; --inconclusive: #e6b450; --drifted: #d59ad8; --degraded: #ff8a80;
  }
}
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
h2 { font-size: 21px; letter-spacing: -0.01em; margin: 52px 0 4px; font-weight: 650; display: flex; gap: 12px; align-items: center; }
h3 { font-size: 15px; margin: 0; font-weight: 600; overflow-wrap: anywhere; }
p { margin: 0 0 14px; max-width: 78ch; }
.eyebrow { font-size: 13px; letter-spacing: 0.06em; text-transform: uppercase; color: var(--muted); margin: 0; }
.lead { font-size: 19px; color: var(--muted); margin: 0; }
.note { color: var(--muted); font-size: 14.5px; margin-bottom: 16px; }
.head { display: flex; flex-wrap: wrap; gap: 16px 40px; justify-content: space-between; align-items: flex-end; }
.pill {
  display: inline-block; color: var(--verdict); border: 1.5px solid var(--verdict); border-radius: 999px; padding: 1px 11px;
  font-size: 13.5px; font-weight: 600; letter-spacing: 0; white-space: nowrap;
}
.head .pill { font-size: 16px; padding: 4px 16px; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 12px; margin: 26px 0 0; }
.tile, figure, .card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
.tile { padding: 14px 16px 12px; }
.tile dt { font-size: 13.5px; color: var(--muted); }
.tile dd { margin: 2px 0 0; font-size: 25px; font-weight: 620; letter-spacing: -0.01em; line-height: 1.25; }
.tile small { display: block; font-size: 13px; font-weight: 400; letter-spacing: 0; line-height: 1.45; color: var(--muted); }
.charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 14px; margin-top: 14px; }
.pair { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 14px; margin-top: 14px; align-items: start; }
.pair > * { margin-top: 0; }
figure { margin: 0; padding: 14px 16px 12px; min-width: 0; }
figcaption { display: flex; justify-content: space-between; gap: 10px; align-items: baseline; margin-bottom: 8px; }
figcaption small { color: var(--muted); font-size: 13px; white-space: nowrap; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font: 11.5px system-ui, -apple-system, sans-serif; font-variant-numeric: tabular-nums; }
.axis { stroke: var(--line); fill: none; }
.of-window { fill: var(--window); }
.of-training { fill: none; stroke: var(--training); stroke-width: 1.5; }
.limit { stroke: var(--training); stroke-dasharray: 4 3; }
.perfect { stroke: var(--training); stroke-dasharray: 2 3; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 10px 0 0; padding: 0; font-size: 13.5px; color: var(--muted); }
.legend span { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 7px; }
.card { padding: 6px 18px; margin-top: 14px; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14.5px; }
th, td { text-align: left; padding: 8px 14px 8px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tr:last-child > * { border-bottom: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 13.5px; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td small { color: var(--muted); }
.found { color: var(--verdict); font-weight: 620; }
ul.reasons { margin: 0; padding: 8px 0; list-style: none; }
ul.reasons li { margin: 5px 0; padding-left: 20px; position: relative; font-size: 15px; }
ul.reasons li::before { content: ""; position: absolute; left: 0; top: 8px; width: 9px; height: 9px; border-radius: 50%; background: var(--verdict); }
details { margin: 8px 0; font-size: 14.5px; }
summary { cursor: pointer; color: var(--muted); }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { color: var(--muted); font-size: 13.5px; margin-top: 44px; border-top: 1px solid var(--line); padding-top: 14px; }
@media (max-width: 860px) { .tiles, .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); } .pair { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 560px) {
  main, header { padding-left: 14px; padding-right: 14px; }
  header { padding-top: 28px; }
  h1 { font-size: 28px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 4px 12px; }
  .tile dd { font-size: 21px; }
}
@media print { * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } figure, .tile, tr { break-inside: avoid; } }
`;
