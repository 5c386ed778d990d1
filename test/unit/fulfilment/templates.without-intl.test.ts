import { afterAll, expect, test, vi } from 'vitest';
import { MODEL } from './order-mail-samples.ts';

afterAll(() => vi.unstubAllGlobals());

test('dates, numbers and amounts do not depend on what Intl knows', async () => {
  vi.stubGlobal('Intl', undefined);
  vi.resetModules();
  const { MAIL_KINDS, renderOrderMail } = await import('../../../src/fulfilment/templates/index.ts');
  const [indonesian, english] = (['id', 'en'] as const).map((locale) =>
    MAIL_KINDS.map((kind) => renderOrderMail(kind, locale, MODEL).text).join('\n'),
  );
  for (const text of ['22 November 2026 pukul 15.04 WIB', 'Jumlah: Rp2.500.000', 'Rp6.234.567'])
    expect(indonesian).toContain(text);
  for (const text of ['22 November 2026, 15:04 WIB', 'Quantity: Rp2.500.000', 'Rp6.234.567'])
    expect(english).toContain(text);
});
