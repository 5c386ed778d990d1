import { createHash } from 'node:crypto';
import { Markup, markup } from '../pages/markup.ts';

interface Method {
  /** As the interface names it. */
  code: string;
  label: string;
  hint: string;
}

export const METHODS: readonly Method[] = [
  { code: 'va_bni', label: 'BNI Virtual Account', hint: 'transfer' },
  { code: 'va_bca', label: 'BCA Virtual Account', hint: 'transfer' },
  { code: 'va_mandiri', label: 'Mandiri Virtual Account', hint: 'transfer' },
  { code: 'qris', label: 'QRIS', hint: 'semua e-wallet dan m-banking / every e-wallet and banking app' },
];

export const methodLabel = (code: string): string => METHODS.find((method) => method.code === code)?.label ?? code;

/** The radio buttons, each with the number to transfer to or the code to scan. The chosen one unfolds by CSS alone. */
export function methodChoice(invoiceId: string): Markup {
  const choices = METHODS.map(({ code, label, hint }, index) => {
    const target =
      code === 'qris'
        ? markup`<span class="qr">${sampleQr(invoiceId)}</span><span class="soft">Contoh, tidak dapat dipindai / A sample, not to be scanned</span>`
        : markup`<span class="soft">Nomor / Number</span><strong class="va">${vaNumber(code, invoiceId)}</strong>`;
    return markup`<label class="method"><input type="radio" name="method" value="${code}" ${index === 0 ? markup`checked` : ''}>
<span class="method-name">${label}<span class="soft">${hint}</span></span><span class="method-target">${target}</span></label>`;
  });
  return markup`<fieldset class="methods"><legend>Cara bayar / Payment method</legend>${choices}</fieldset>`;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Sixteen digits that stay the same for an invoice. */
function vaNumber(code: string, invoiceId: string): string {
  const digits = [...digest(`${code} ${invoiceId}`)].map((byte) => byte % 10).slice(0, 12);
  return `8808${digits.join('')}`.replace(/(.{4})(?=.)/g, '$1 ');
}

const SIZE = 25;

/** A picture that looks like a QR code, and holds nothing. */
function sampleQr(invoiceId: string): Markup {
  const bytes = Array.from({ length: 3 }, (_, part) => [...digest(`${invoiceId} ${part}`)]).flat();
  const cells: string[] = [];
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) if (isDark(x, y, bytes)) cells.push(`M${x} ${y}h1v1h-1z`);
  return new Markup(
    `<svg viewBox="-2 -2 ${SIZE + 4} ${SIZE + 4}" aria-hidden="true"><path fill="#fff" d="M-2-2h29v29h-29z"/><path fill="#111" d="${cells.join('')}"/></svg>`,
  );
}

function isDark(x: number, y: number, bytes: readonly number[]): boolean {
  for (const [left, top] of [
    [0, 0],
    [SIZE - 7, 0],
    [0, SIZE - 7],
  ] as const) {
    const [dx, dy] = [Math.abs(x - left - 3), Math.abs(y - top - 3)];
    const ring = Math.max(dx, dy);
    if (ring <= 4) return ring !== 2 && ring !== 4;
  }
  const bit = x * SIZE + y;
  return (((bytes[(bit >> 3) % bytes.length] ?? 0) >> (bit & 7)) & 1) === 1;
}
