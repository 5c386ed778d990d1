import type { MailMessages } from './message-types.ts';
import { en } from './messages.en.ts';
import { id } from './messages.id.ts';
import type { MailLocale } from './order-mail.ts';

/**
 * Every word of the order e-mails, a file for each language. content.ts and kind-parts.ts pick the sentences; html.ts and text.ts lay
 * them out. A missing language or key does not compile.
 */
export const MESSAGES: Readonly<Record<MailLocale, MailMessages>> = { id, en };
