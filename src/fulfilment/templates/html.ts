import type { MailContent } from './mail-content.ts';
import { Markup, markup } from './markup.ts';
import type { MailKind } from './order-mail.ts';

/**
 * Colours the stripe on top: blue asks, green is done, grey is over, amber waits for us. The words never rely on it.
 */
const ACCENT: Readonly<Record<MailKind, string>> = {
  approval_requested: '#1f5fd6',
  order_approved: '#1a7f4b',
  order_rejected: '#6b7280',
  payment_reminder: '#1f5fd6',
  awaiting_payment: '#1f5fd6',
  payment_received: '#1a7f4b',
  invoice_booked: '#1a7f4b',
  order_expired: '#6b7280',
  order_cancelled: '#6b7280',
  payment_under_review: '#8f5a0a',
  order_refunded: '#6b7280',
};

const FONT = 'font-family:Arial,Helvetica,sans-serif;';
const TEXT = `${FONT}color:#1f2937;`;
const SMALL = `${FONT}color:#5b6472;font-size:13px;line-height:20px;`;
const BODY = `${TEXT}font-size:15px;line-height:23px;`;
const RULE = 'border-bottom:1px solid #e5e7eb;';
/**
 * Clients that follow the reader's scheme get these colours; others keep the inline ones. `!important` is the only way over those.
 * Narrow screens get less padding.
 */
const STYLE = new Markup(`:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){.page{background-color:#0f1218!important}.card{background-color:#181c25!important}.ink{color:#e8ebf2!important}
.soft{color:#a6afc1!important}.rule{border-color:#2d3444!important}.box{background-color:#1f2531!important}.link{color:#9db9ff!important}}
@media (max-width:480px){.outer{padding:12px 8px!important}.card{padding:22px 16px!important}.press,.press a{display:block!important}}`);
const FULL = new Markup('role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"');

/**
 * Renders for mail clients, Outlook's Word engine among them: tables, inline styles, 600 px, no images, scripts or web
 * fonts. Outlook ignores max-width, hence the conditional table.
 */
export function toHtml(mail: MailContent): string {
  return markup`<!doctype html>
<html lang="${mail.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${mail.subject}</title>
<style>${STYLE}</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:#f3f4f6;">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px;color:#f3f4f6;mso-hide:all;">${mail.preheader}</div>
<table ${FULL} class="page" bgcolor="#f3f4f6"><tr><td class="outer" align="center" style="padding:24px 12px;">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table ${FULL} style="max-width:600px;">
<tr><td class="ink" style="${TEXT}font-size:18px;line-height:24px;font-weight:bold;padding:0 4px 14px;">Qontak</td></tr>
<tr><td class="card" bgcolor="#ffffff" style="background-color:#ffffff;border-top:4px solid ${ACCENT[mail.kind]};border-radius:6px;padding:28px;">
<h1 class="ink" style="${TEXT}font-size:22px;line-height:29px;margin:0 0 16px;">${mail.heading}</h1>
${mail.paragraphs.map((paragraph) => markup`<p class="ink" style="${BODY}margin:0 0 14px;">${sentence(paragraph, mail)}</p>\n`)}${lines(mail)}
${facts(mail)}
${button(mail)}${orderLink(mail)}${mail.notes.map((note) => markup`<p class="ink" style="${BODY}margin:18px 0 0;">${sentence(note, mail)}</p>\n`)}</td></tr>
<tr><td class="soft" style="${SMALL}padding:14px 4px 0;">${mail.footer}</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td></tr></table>
</body>
</html>
`.html;
}

/** Keeps the order number on one line: a client would break it at its hyphens. */
function sentence(text: string, { orderNumber }: MailContent): Markup {
  const at = text.indexOf(orderNumber);
  if (at < 0 || orderNumber === '') return markup`${text}`;
  const after = text.slice(at + orderNumber.length);
  return markup`${text.slice(0, at)}<span style="white-space:nowrap;">${orderNumber}</span>${after}`;
}

function lines({ table }: MailContent): Markup {
  const amount = `${BODY}padding:10px 0 10px 16px;white-space:nowrap;`;
  const rows = table.rows.map(
    (row) => markup`<tr>
<td class="ink rule" style="${BODY}${RULE}padding:10px 0;word-break:break-word;">${row.label}<br><span class="soft" style="${SMALL}">${row.detail}</span></td>
<td class="ink rule" align="right" valign="top" style="${amount}${RULE}">${row.amount}</td>
</tr>
`,
  );
  return markup`<h2 class="ink rule" style="${TEXT}font-size:15px;line-height:22px;margin:24px 0 0;padding:0 0 6px;border-bottom:2px solid #d1d5db;">${table.title}</h2>
<table ${FULL}>
${rows}<tr>
<td class="ink" style="${BODY}padding:12px 0;"><strong>${table.total.label}</strong></td>
<td class="ink" align="right" style="${amount}"><strong>${table.total.amount}</strong></td>
</tr>
</table>`;
}

function facts(mail: MailContent): Markup {
  const rows = mail.facts.map(
    ({ label, value }) => markup`<tr>
<td class="soft" width="42%" valign="top" style="${SMALL}padding:4px 12px 4px 0;">${label}</td>
<td class="ink" valign="top" style="${TEXT}font-size:14px;line-height:20px;padding:4px 0;word-break:break-word;">${value}</td>
</tr>
`,
  );
  return markup`<table ${FULL} class="box" bgcolor="#f9fafb" style="background-color:#f9fafb;border-radius:4px;margin:10px 0 0;"><tr><td style="padding:10px 14px;">
<table ${FULL}>
${rows}</table>
</td></tr></table>`;
}

/** Repeats the address below the button, for clients that hide buttons and readers who check where it leads. */
function button(mail: MailContent): Markup {
  if (mail.button === null) return markup``;
  const { label, url, fallback } = mail.button;
  const colour = ACCENT[mail.kind];
  return markup`<table class="press" role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0 0;"><tr><td class="press" align="center" bgcolor="${colour}" style="background-color:${colour};border-radius:6px;mso-padding-alt:13px 30px;">
<a href="${url}" target="_blank" rel="noopener noreferrer" style="${FONT}font-size:16px;line-height:22px;font-weight:bold;color:#ffffff;text-decoration:none;display:inline-block;padding:13px 30px;">${label}</a>
</td></tr></table>
<p class="soft" style="${SMALL}margin:14px 0 0;">${fallback}<br><a class="link" href="${url}" target="_blank" rel="noopener noreferrer" style="color:${colour};word-break:break-all;">${url}</a></p>
`;
}

/** Leads to the order's page, which says more than a mail may know by now. */
function orderLink({ kind, orderLink }: MailContent): Markup {
  if (orderLink === null) return markup``;
  const { label, url } = orderLink;
  return markup`<p class="ink" style="${BODY}margin:18px 0 0;"><a class="link" href="${url}" target="_blank" rel="noopener noreferrer" style="color:${ACCENT[kind]};font-weight:bold;">${label}</a></p>
`;
}
