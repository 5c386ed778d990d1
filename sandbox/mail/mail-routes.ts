import { javascript, json, noContent } from '../server/reply.ts';
import { type Call, param, type Route } from '../server/route.ts';
import type { Mailbox } from './mailbox.ts';
import { MAILBOX_SCRIPT, mailboxPage, mailViewOf, messageHtml, messagePage } from './mailbox-page.ts';

/** The mailbox for a browser, and as JSON. */
export function mailPages({ messages, find }: Mailbox): Route[] {
  const messageOf = (call: Call) => find(param(call, 'id'));
  return [
    { method: 'GET', path: '/', handle: () => mailboxPage(messages()) },
    { method: 'GET', path: '/mailbox.js', handle: () => javascript(MAILBOX_SCRIPT) },
    {
      method: 'GET',
      path: '/messages/:id',
      handle: (call) => messagePage(messageOf(call), mailViewOf(call.query.get('view'))),
    },
    { method: 'GET', path: '/messages/:id/html', handle: (call) => messageHtml(messageOf(call)) },
    { method: 'GET', path: '/api/messages', handle: () => json(200, { data: messages() }) },
    { method: 'GET', path: '/api/messages/:id', handle: (call) => json(200, { data: messageOf(call) }) },
  ];
}

export const clearMailboxRoute = ({ clear }: Mailbox): Route => ({
  method: 'DELETE',
  path: '/_sandbox/messages',
  handle() {
    clear();
    return noContent();
  },
});
