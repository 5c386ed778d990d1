import { page } from '../pages/layout.ts';
import { localTime, Markup, markup } from '../pages/markup.ts';
import { html, type Reply } from '../server/reply.ts';
import type { Message } from './message.ts';

/** Follows the mailbox. A page that reloads itself would take the focus and the reader's place. */
export const MAILBOX_SCRIPT = `setInterval(async () => {
  if (document.hidden) return;
  const text = await fetch('/').then((answer) => answer.text(), () => '');
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('#mails');
  const mails = document.querySelector('#mails');
  if (next !== null && next.innerHTML !== mails.innerHTML) mails.innerHTML = next.innerHTML;
}, 2000);
`;

const STYLE = new Markup(`
  .mails { list-style: none; } .mails a { display: grid; grid-template-columns: minmax(0, 13rem) minmax(0, 1fr) auto; gap: .1rem 1rem; padding: .8rem 0; border-top: 1px solid var(--line);
    color: var(--ink); text-decoration: none; } .mails li:first-child a { border-top: 0; } .mails a:hover strong { text-decoration: underline; } .mails span { overflow-wrap: anywhere; }
  @media (max-width: 44rem) { .mails a { grid-template-columns: minmax(0, 1fr); } .mails strong { grid-row: 1; } }
  .bar { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center; } dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .15rem 1rem;
    font-size: .875rem; } @media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); } } dt { color: var(--soft); } dd { overflow-wrap: anywhere; } .views { display: flex; flex-wrap: wrap; gap: .4rem; } .views [aria-current] { background: var(--accent);
    border-color: var(--accent); color: var(--accent-ink); } .phone { max-width: 340px; margin: 0 auto; }
`);

/** Lists mails, newest first. */
export function mailboxPage(messages: readonly Message[]): Reply {
  const rows = messages.toReversed().map(
    (message) => markup`<li><a href="/messages/${message.id}"><span class="soft">${message.to.join(', ')}</span>
<strong>${message.subject === '' ? '(no subject)' : message.subject}</strong><span class="soft">${localTime(message.at)}</span></a></li>`,
  );
  const list =
    rows.length === 0
      ? markup`<p class="soft">Belum ada email / No mail yet</p>`
      : markup`<ul class="mails">${rows}</ul>`;
  const content = markup`<header class="bar"><h1>Kotak masuk / Mailbox</h1><a class="soft" href="/api/messages">JSON</a></header>
<section class="card" aria-label="Email" id="mails">${list}</section>`;
  return page(200, 'Mailbox', content, { wide: true, style: STYLE, script: '/mailbox.js' });
}

const VIEWS = { html: 'HTML', phone: '320 px', text: 'Teks / Text' };
export type MailView = keyof typeof VIEWS;

export const mailViewOf = (name: string | null): MailView =>
  name !== null && Object.hasOwn(VIEWS, name) ? (name as MailView) : 'html';

/** Shows one mail as HTML, as a phone has it, or as its text. */
export function messagePage(message: Message, view: MailView): Reply {
  const { id, subject, at, from, to } = message;
  const links = Object.entries(VIEWS).map(
    ([name, label]) =>
      markup`<a class="button small" href="/messages/${id}?view=${name}" ${name === view ? markup`aria-current="page"` : ''}>${label}</a>`,
  );
  const body =
    view === 'text' || message.html === ''
      ? markup`<pre>${message.text}</pre>`
      : markup`<div class="${view === 'phone' ? 'phone' : ''}"><iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${id}/html"></iframe></div>`;
  const content = markup`<header class="bar"><a href="/">← Kotak masuk / Mailbox</a><nav class="views" aria-label="Tampilan / View">${links}
<a class="button small" href="/api/messages/${id}">JSON</a></nav></header>
<section class="card" aria-labelledby="subject"><h1 id="subject">${subject}</h1><dl><dt>Dari / From</dt><dd>${from}</dd><dt>Kepada / To</dt><dd>${to.join(', ')}</dd>
<dt>Diterima / Received</dt><dd>${localTime(at)}</dd></dl>${body}</section>`;
  return page(200, subject, content, { wide: true, style: STYLE });
}

/** Shows the mail's own HTML without scripts and remote content. Links open outside of the frame. */
export function messageHtml(message: Message): Reply {
  const policy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  // Before the doctype it would switch the browser to quirks mode.
  return html(200, message.html.replace(/<head>|$/, '$&<base target="_blank">'), { 'content-security-policy': policy });
}
