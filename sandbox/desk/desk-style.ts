import { Markup } from '../pages/markup.ts';

export const DESK_STYLE = new Markup(`
  main.wrap.wide { max-width: 92rem; padding-top: 0; }
  .top { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; padding: 1rem 0 .25rem; }
  .top h1 { font-size: 1.25rem; } .top .mark { display: inline-grid; place-items: center; width: 1.75rem; height: 1.75rem; border-radius: 8px; background: var(--accent);
    color: var(--accent-ink); font-size: .875rem; font-weight: 700; margin-right: .5rem; vertical-align: middle; }
  .clock { font-variant-numeric: tabular-nums; display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; }
  .links { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(10rem, 100%), 1fr)); gap: .5rem; list-style: none; }
  .links a { display: grid; gap: .1rem; align-content: start; height: 100%; padding: .7rem .875rem; border: 1px solid var(--line); border-radius: 11px; background: var(--card); text-decoration: none;
    color: var(--ink); font-weight: 600; box-shadow: var(--shadow); } .links a:hover { border-color: var(--accent); } .links .first { border-color: var(--accent); }
  .links span { font-weight: 400; }
  .columns { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
  @media (min-width: 68rem) { .columns { grid-template-columns: minmax(0, 1fr) 27rem; } .feed-card { position: sticky; top: 1rem; max-height: calc(100vh - 2rem);
    grid-template-rows: auto auto minmax(0, 1fr); } .columns .feed { max-height: none; } }
  .head form, .head label { max-width: 100%; }
  .stack { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
  .head { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center; }
  .people { list-style: none; display: grid; } .people li { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; justify-content: space-between; padding: .6rem 0;
    border-top: 1px solid var(--line); } .people li > div:first-child { flex: 1 1 14rem; min-width: 0; } .people code { overflow-wrap: anywhere; color: var(--soft); }
  .situations { list-style: none; display: grid; gap: .5rem; grid-template-columns: repeat(auto-fill, minmax(12.5rem, 1fr)); }
  .situations form, .situations button { width: 100%; height: 100%; } .situations button { display: grid; justify-content: stretch; align-content: start; gap: .1rem; text-align: left;
    padding: .6rem .8rem; border-color: var(--line); background: var(--raised); } .situations button:hover { border-color: var(--accent); }
  .situations button .soft { font-weight: 400; line-height: 1.4; } .situations button strong { display: flex; width: 100%; justify-content: space-between; gap: .5rem; font-weight: 600; }
  .situations [aria-pressed=true] { border-color: var(--warn); background: var(--warn-tint); } .situations .on { color: var(--warn); font-size: .75rem; }
  .acts { display: flex; flex-wrap: wrap; gap: .3rem; } .acts form { display: inline; }
  .orders td { vertical-align: middle; } .orders td:first-child, .orders .badge { white-space: nowrap; }
  @media (max-width: 40rem) { .orders thead { display: none; } .orders tr { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .35rem .75rem; padding: .75rem 0; border-bottom: 1px solid var(--line); } .orders tr:last-child { border-bottom: 0; }
    .orders td { border: 0; padding: 0; } .orders, .orders tbody { display: block; } .orders td:last-child, .orders td:nth-child(3) { flex-basis: 100%; } }
  .empty { color: var(--soft); padding: .5rem 0; }
  .filters { display: flex; flex-wrap: wrap; gap: .25rem; border: 0; padding: 0; margin: 0; min-width: 0; } .filters label { display: block; } .filters input { position: absolute; opacity: 0; width: 1px; height: 1px; padding: 0; }
  .filters span { display: block; padding: .15rem .6rem; border: 1px solid var(--field); border-radius: 99px; cursor: pointer; color: var(--ink); }
  .filters input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
  .filters input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
  .feed { max-height: 34rem; overflow-y: auto; } .feed ol { list-style: none; margin: 0; padding: 0; } .feed li { display: grid; grid-template-columns: 4.1rem minmax(0, 1fr) auto; gap: .1rem .6rem; padding: .4rem 0; border-top: 1px solid var(--line);
    font-size: .8125rem; line-height: 1.45; } .feed li:first-child { border-top: 0; } .feed time { color: var(--soft); font-variant-numeric: tabular-nums; }
  .feed .what { overflow-wrap: anywhere; } .feed .kind { font-weight: 600; } .feed .result { font-variant-numeric: tabular-nums; white-space: nowrap; max-width: 11rem; overflow: hidden;
    text-overflow: ellipsis; }
  .toast { position: fixed; inset: auto 1rem 1.25rem; width: fit-content; max-width: 40rem; margin: 0 auto; padding: .75rem 1.1rem; border-radius: 11px; background: var(--ink);
    color: var(--page); box-shadow: 0 10px 40px rgb(0 0 0 / 30%); z-index: 2; } .toast:empty { display: none; } .toast a { color: inherit; font-weight: 600; margin-left: .5rem; }
  dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; font-size: .8125rem; } dl.facts dt { color: var(--soft); } dl.facts dd { overflow-wrap: anywhere; }
  @media (max-width: 30rem) { dl.facts { grid-template-columns: minmax(0, 1fr); } .people li > div:last-child { width: 100%; } .people .button { flex: 1; padding-inline: .4rem; white-space: nowrap; } .feed li { grid-template-columns: 3.6rem minmax(0, 1fr); }
    .feed .result { grid-column: 2; } }
`);
