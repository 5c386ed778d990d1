import { html, type Reply } from '../server/reply.ts';
import { Markup, markup } from './markup.ts';

const CSS = new Markup(`
  :root { --ink: #1d2433; --soft: #5d6679; --line: #dfe4ec; --accent: #2f5bea; --good: #12744a; --bad: #b3261e; }
  * { box-sizing: border-box; }
  body { margin: 0; background: #f4f6fa; color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 46rem; margin: 2rem auto; padding: 1.5rem 2rem; background: #fff; border: 1px solid var(--line);
    border-radius: 12px; }
  main.wide { max-width: 70rem; }
  h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
  p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .875rem; }
  a { color: var(--accent); } #return { display: inline-block; margin-top: 1rem; }
  table { width: 100%; border-collapse: collapse; } th, td { text-align: left; padding: .45rem .5rem .45rem 0;
    border-bottom: 1px solid var(--line); vertical-align: top; } th { color: var(--soft); font-weight: 500; font-size: .875rem; }
  .number { text-align: right; font-variant-numeric: tabular-nums; } tfoot td { font-weight: 600; border-bottom: 0; }
  .badge { display: inline-block; padding: .1rem .6rem; border-radius: 99px; background: #e8ecf5; font-size: .875rem; }
  .paid, .good { color: var(--good); } .expired, .void, .refunded, .bad { color: var(--bad); }
  .notice { padding: .75rem 1rem; border-radius: 8px; background: #eef3ff; margin: 1rem 0; }
  form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin: .75rem 0; }
  label { display: grid; gap: .15rem; font-size: .875rem; color: var(--soft); }
  input, select { font: inherit; padding: .45rem .6rem; border: 1px solid var(--line); border-radius: 8px; }
  button { font: inherit; padding: .5rem .9rem; border: 1px solid var(--line); border-radius: 8px; background: #fff;
    cursor: pointer; } button.main { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
  code, pre, textarea { font: .8125rem/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; }
  textarea { width: 100%; border: 1px solid var(--line); border-radius: 8px; padding: .5rem; word-break: break-all; }
  iframe { width: 100%; height: 36rem; border: 1px solid var(--line); border-radius: 8px; }
`);

/** Renders a page of the sandbox, without scripts and remote content. */
export function page(
  status: number,
  title: string,
  content: Markup,
  options: { wide?: boolean; reload?: number } = {},
): Reply {
  const reload = options.reload === undefined ? '' : markup`<meta http-equiv="refresh" content="${options.reload}">`;
  const whole = markup`<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${reload}<title>${title}</title><style>${CSS}</style></head>
<body><main class="${options.wide === true ? 'wide' : ''}">${content}</main></body></html>
`;
  return html(status, whole.text, { 'cache-control': 'no-store' });
}
