import { html, type Reply } from '../server/reply.ts';
import { type Markup, markup } from './markup.ts';
import { STYLE } from './style.ts';

export interface PageOptions {
  wide?: boolean;
  /** The language of the page. Pages that repeat every text in both languages are Indonesian. */
  language?: 'id' | 'en';
  /** Rules beside those of every page. */
  style?: Markup;
  /** The path of a script of the same server. A page without one runs none. */
  script?: string;
}

/** Renders a page of the sandbox, without remote content and, unless it names one, without scripts. */
export function page(status: number, title: string, content: Markup, options: PageOptions = {}): Reply {
  const { language = 'id', style, script } = options;
  const whole = markup`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,"><style>${STYLE}${style ?? ''}</style></head>
<body><main class="wrap${options.wide === true ? ' wide' : ''}">${content}</main>${script === undefined ? '' : markup`<script src="${script}"></script>`}</body></html>
`;
  return html(status, whole.text, { 'cache-control': 'no-store', 'content-security-policy': policy(script) });
}

function policy(script: string | undefined): string {
  const own = script === undefined ? '' : "script-src 'self'; connect-src 'self'; ";
  return `default-src 'none'; ${own}style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'`;
}
