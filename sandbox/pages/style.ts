import { Markup } from './markup.ts';

/** The look of every page of the sandbox. Text keeps a contrast of 4.5 on its background in both schemes. */
export const STYLE = new Markup(`
  :root { color-scheme: light dark; --ink: #171c2b; --soft: #566078; --line: #dfe4ee; --field: #8a94ab; --page: #f5f6fa; --card: #fff;
    --raised: #f8f9fc; --accent: #1d4ed8; --accent-ink: #fff; --tint: #eaf0ff; --good: #0f6b43; --good-tint: #e3f5ec; --warn: #8a4b00;
    --warn-tint: #fff3dc; --bad: #b1221b; --bad-tint: #fdecea; --radius: 14px; --shadow: 0 1px 2px rgb(23 28 43 / 5%), 0 6px 24px rgb(23 28 43 / 5%); }
  @media (prefers-color-scheme: dark) { :root { --ink: #e9ecf5; --soft: #a2abc0; --line: #2b3244; --field: #6b7690; --page: #0e1117; --card: #161b26;
    --raised: #1c2230; --accent: #8fb0ff; --accent-ink: #0b1530; --tint: #1d2a4d; --good: #6fdcaa; --good-tint: #12332a; --warn: #f5c26b;
    --warn-tint: #3a2b10; --bad: #ff9d95; --bad-tint: #43201f; --shadow: 0 1px 2px rgb(0 0 0 / 40%); } }
  * { box-sizing: border-box; }
  html { -webkit-text-size-adjust: 100%; }
  body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
  h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
  h1 { font-size: clamp(1.125rem, 5.4vw, 1.5rem); overflow-wrap: anywhere; line-height: 1.25; letter-spacing: -.015em; } h2 { font-size: 1rem; line-height: 1.4; letter-spacing: -.005em; }
  .soft { color: var(--soft); font-size: .8125rem; }
  a { color: var(--accent); text-underline-offset: .15em; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
  .wrap { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; display: grid; gap: 1rem; } .wrap.wide { max-width: 70rem; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 1.25rem;
    min-width: 0; display: grid; gap: .875rem; grid-template-columns: minmax(0, 1fr); align-content: start; }
  .scroll { overflow-x: auto; position: relative; }
  table { width: 100%; border-collapse: collapse; } th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line);
    vertical-align: top; } th { color: var(--soft); font-weight: 500; font-size: .8125rem; } tbody tr:last-child td { border-bottom: 0; }
  .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td.number:last-child, th.number:last-child { padding-right: 0; }
  tfoot td { font-weight: 650; border-top: 1px solid var(--line); border-bottom: 0; }
  .badge { display: inline-block; padding: .1rem .6rem; border-radius: 99px; background: var(--tint); color: var(--accent); font-size: .8125rem;
    font-weight: 600; }
  .good { color: var(--good); } .bad { color: var(--bad); } .badge.good { background: var(--good-tint); } .badge.bad { background: var(--bad-tint); }
  .badge.warn { background: var(--warn-tint); color: var(--warn); }
  .notice { padding: .75rem 1rem; border-radius: 10px; background: var(--tint); } .notice.bad { background: var(--bad-tint); }
  form { margin: 0; } .row { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
  label { display: grid; gap: .25rem; font-size: .8125rem; color: var(--soft); min-width: 0; }
  input, select, textarea { font: inherit; color: var(--ink); background: var(--card); padding: .5rem .65rem; border: 1px solid var(--field); border-radius: 9px;
    max-width: 100%; min-width: 0; }
  button, .button { font: inherit; font-weight: 550; color: var(--ink); padding: .5rem .85rem; border: 1px solid var(--field); border-radius: 9px; background: var(--card);
    cursor: pointer; text-decoration: none; position: relative; display: inline-flex; align-items: center; justify-content: center; gap: .4rem; min-height: 2.25rem; }
  button:hover, .button:hover { background: var(--raised); border-color: var(--soft); }
  button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); font-weight: 650; }
  button.main:hover, .button.main:hover { filter: brightness(1.08); }
  button.small, .button.small { min-height: 1.875rem; padding: .2rem .6rem; font-size: .8125rem; }
  button[disabled] { opacity: .55; cursor: default; }
  code { overflow-wrap: anywhere; } code, pre, textarea { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  textarea { width: 100%; word-break: break-all; }
  iframe { width: 100%; height: 38rem; border: 1px solid var(--line); border-radius: 10px; background: var(--card); }
  details > summary { cursor: pointer; font-weight: 600; }
  .nowrap { white-space: nowrap; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @media (prefers-reduced-motion: no-preference) { button, .button { transition: background .12s, border-color .12s; } }
`);
