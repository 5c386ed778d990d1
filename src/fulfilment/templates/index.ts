import { orderMailContent } from './content.ts';
import { toHtml } from './html.ts';
import type { MailKind, MailLocale, OrderMailModel, RenderedMail } from './order-mail.ts';
import { toText } from './text.ts';

export {
  MAIL_KINDS,
  type MailKind,
  type MailLocale,
  type OrderMailModel,
  toMailLocale,
} from './order-mail.ts';

/**
 * Renders the e-mail about an order, ready to send. Pure. Escapes foreign values, keeps them on one line, and links
 * only to http(s). Leaves out a fact that is null, or words it differently.
 */
export function renderOrderMail(kind: MailKind, locale: MailLocale, model: OrderMailModel): RenderedMail {
  const content = orderMailContent(kind, locale, model);
  return { subject: content.subject, html: toHtml(content), text: toText(content) };
}
