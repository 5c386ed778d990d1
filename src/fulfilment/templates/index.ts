import { orderMailContent } from './content.ts';
import { toHtml } from './html.ts';
import type { MailKind, MailLocale, OrderMailModel, RenderedMail } from './order-mail.ts';
import { toText } from './text.ts';

export {
  MAIL_KINDS,
  type MailKind,
  type MailLocale,
  type OrderMailLine,
  type OrderMailModel,
  type RenderedMail,
  toMailLocale,
} from './order-mail.ts';

/**
 * The e-mail about an order, ready to send. Pure. Values of others are escaped, kept on one line, and linked to only over
 * http(s). A fact that is null is left out; what needs it is said in another way.
 */
export function renderOrderMail(kind: MailKind, locale: MailLocale, model: OrderMailModel): RenderedMail {
  const content = orderMailContent(kind, locale, model);
  return { subject: content.subject, html: toHtml(content), text: toText(content) };
}
