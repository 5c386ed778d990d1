import { Markup } from '../pages/markup.ts';

export const PAY_STYLE = new Markup(`
  .brand { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: space-between; } .brand a { font-weight: 700; color: var(--ink); text-decoration: none; }
  .pay { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
  @media (min-width: 56rem) { .pay { grid-template-columns: minmax(0, 1fr) minmax(0, 1.05fr); } }
  .total { font-size: 2rem; font-weight: 700; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.2; }
  .methods { border: 0; margin: 0; padding: 0; display: grid; gap: .5rem; min-width: 0; } .methods legend { font-weight: 600; padding: 0; margin-bottom: .5rem; }
  .method { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .75rem; align-items: center; padding: .75rem .875rem; border: 1px solid var(--line); border-radius: 11px;
    color: var(--ink); font-size: .9375rem; cursor: pointer; } .method:hover { border-color: var(--field); } .method input { width: 1.1rem; height: 1.1rem; margin: 0; padding: 0; accent-color: var(--accent); }
  .method:has(:checked) { border-color: var(--accent); background: var(--tint); } .method:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
  .method-name { font-weight: 600; display: grid; } .method-name .soft { font-weight: 400; } .method-target { display: none; grid-column: 2; } .method:has(:checked) .method-target { display: grid; gap: .1rem; }
  .va { font: 600 1.125rem/1.4 ui-monospace, monospace; letter-spacing: .02em; } .qr svg { width: 9.5rem; max-width: 100%; border-radius: 8px; display: block; }
  .card > form:not(.part) { display: grid; gap: .875rem; } button.full { width: 100%; min-height: 2.875rem; font-size: 1rem; }
  .part { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; padding-top: .875rem; border-top: 1px solid var(--line); } .part label { flex: 1 1 9rem; } .part input { width: 100%; }
  .result { display: grid; gap: .5rem; justify-items: start; } .result .sign { display: grid; place-items: center; width: 2.5rem; height: 2.5rem; border-radius: 99px; font-size: 1.25rem; font-weight: 700;
    background: var(--good-tint); color: var(--good); } .result .sign.bad { background: var(--bad-tint); color: var(--bad); }
  .acts form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; } .acts label { flex: 1 1 100%; max-width: 22rem; } .acts form { align-content: start; padding-top: .875rem; border-top: 1px solid var(--line); } .acts input { width: 100%; } .acts button { font-size: .875rem; }
  @media (max-width: 40rem) { .stacked, .stacked :is(tbody, tr, td) { display: block; } .stacked thead { display: none; } .stacked tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
    .stacked tr:last-child { border-bottom: 0; } .stacked td { padding: 0; border: 0; overflow-wrap: anywhere; } .stacked .number { text-align: left; } .stacked .number[data-label]::before { content: attr(data-label) ": "; color: var(--soft); } }
  .acts { display: grid; gap: .875rem 2rem; grid-template-columns: minmax(0, 1fr); } @media (min-width: 56rem) { .acts { grid-template-columns: repeat(2, minmax(0, 1fr)); } } #return { justify-self: start; }
`);
