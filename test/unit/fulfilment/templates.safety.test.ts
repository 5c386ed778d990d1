import { describe, expect, test } from 'vitest';
import { renderOrderMail } from '../../../src/fulfilment/templates/index.ts';
import { EVERY, flat, LOCALES, MODEL, payLinks, visible } from './order-mail-samples.ts';

describe.each(EVERY)('%s in %s', (kind, locale) => {
  test('escapes foreign text', () => {
    const nasty = `<script>alert("1")</script> & 'Sons'`;
    const lines = MODEL.lines.map((line) => ({ ...line, label: `${nasty} label` }));
    const all = { orderNumber: nasty, organizationName: nasty, recipientName: nasty, paidInvoiceNumber: nasty };
    const { html, text, subject } = renderOrderMail(kind, locale, { ...MODEL, ...all, lines });
    const escaped = '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;Sons&#39;';
    expect(html).not.toMatch(/<script|alert\("1"\)|& |'Sons'/);
    expect(html).toContain(`${escaped} label`);
    expect(html).toContain(`<title>${subject.replaceAll(nasty, escaped)}</title>`);
    expect(flat(text)).toContain(nasty);
  });

  test('removes foreign line breaks and control characters', () => {
    const evil = 'PT A\r\nBcc: all@example.test\u2028\u0000\u202Egnp\n\n\nTotal: Rp0';
    const { html, text, subject } = renderOrderMail(kind, locale, {
      ...MODEL,
      orderNumber: 'TU-1\r\nX: y',
      organizationName: evil,
      recipientName: evil,
      lines: MODEL.lines.map((line) => ({ ...line, label: evil })),
      paidInvoiceNumber: evil,
    });
    expect(subject).toContain('PT A Bcc: all@example.test gnp Total: Rp0');
    expect(subject).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u);
    expect(`${html}${text}`).not.toMatch(/[^\P{Cc}\n]|\p{Zl}|\u202e/u);
  });
});

describe('the pay link', () => {
  test.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    ' java\nscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    '/relative',
    '',
  ])('%j is not linked; the mail names another place to pay', (paymentUrl) => {
    for (const locale of LOCALES) {
      const { html, text } = renderOrderMail('awaiting_payment', locale, { ...MODEL, paymentUrl });
      expect(payLinks(html)).toEqual([]);
      expect(`${html}${text}`).not.toMatch(/alert|passwd|data:text|relative/i);
      for (const part of [visible(html), flat(text)]) {
        expect(part).toMatch(/halaman top-up|the top-up page/);
        expect(part).not.toMatch(/Bayar sekarang|Pay now/);
      }
    }
  });

  test('cannot break out of its attribute', () => {
    const paymentUrl = `https://pay.example.test/"onmouseover='x'><b>?q="'&lt=1`;
    const { html } = renderOrderMail('awaiting_payment', 'en', { ...MODEL, paymentUrl });
    expect(html).not.toMatch(/"onmouseover|'x'|<b>|&lt=/);
  });

  test('may be plain http, and appears without a deadline when there is none', () => {
    const model = { ...MODEL, paymentUrl: 'http://pay.example.test/i/1', paymentExpiresAt: null };
    const { html, text } = renderOrderMail('awaiting_payment', 'en', model);
    expect(payLinks(html)).toEqual([model.paymentUrl, model.paymentUrl]);
    expect(text).not.toContain('WIB');
  });
});
