import { page } from '../pages/layout.ts';
import { localTime, markup } from '../pages/markup.ts';
import { html, type Reply } from '../server/reply.ts';
import type { Message } from './message.ts';

const RELOAD_SECONDS = 5;

/** Lists mails, newest first. The page reloads periodically. */
export function mailboxPage(messages: readonly Message[]): Reply {
  const rows = messages.toReversed().map(
    (message) => markup`<tr><td>${localTime(message.at)}</td><td>${message.to.join(', ')}</td>
<td><a href="/messages/${message.id}">${message.subject === '' ? '(no subject)' : message.subject}</a></td></tr>`,
  );
  const list =
    rows.length === 0
      ? markup`<p class="soft">Belum ada email / No mail yet</p>`
      : markup`<table><thead><tr><th>Diterima / Received</th><th>Kepada / To</th><th>Subjek / Subject</th></tr></thead>
<tbody>${rows}</tbody></table>`;
  const content = markup`<h1>Kotak masuk / Mailbox</h1><p class="soft">sandbox · <a href="/api/messages">JSON</a></p>${list}`;
  return page(200, 'Mailbox', content, { wide: true, reload: RELOAD_SECONDS });
}

export function messagePage(message: Message, view: 'html' | 'text'): Reply {
  const body =
    view === 'html' && message.html !== ''
      ? markup`<iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${message.id}/html"></iframe>`
      : markup`<pre>${message.text}</pre>`;
  const content = markup`<p><a href="/">← Kotak masuk / Mailbox</a></p>
<h1>${message.subject}</h1>
<p class="soft">${localTime(message.at)}<br>Dari / From: ${message.from}<br>Kepada / To: ${message.to.join(', ')}</p>
<p><a href="/messages/${message.id}">HTML</a> · <a href="/messages/${message.id}?view=text">Teks / Text</a> ·
<a href="/api/messages/${message.id}">JSON</a></p>${body}`;
  return page(200, message.subject, content, { wide: true });
}

/** Shows the mail's own HTML without scripts and remote content. Links open outside of the frame. */
export function messageHtml(message: Message): Reply {
  const policy =
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return html(200, `<base target="_blank">${message.html}`, { 'content-security-policy': policy });
}
