/** Escaped HTML, safe for a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly Markup[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === 'object') return part.map((inner) => inner.text).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A template that escapes its values, except markup. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, index) => text + (index < parts.length ? escaped(parts[index] ?? '') : '')).join(''),
  );
}

/** Formats a number in Indonesian: 1.000.000 or 61,25. */
export function grouped(amount: number): string {
  const [whole = '', decimals] = String(amount).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, '.');
  return decimals === undefined ? groups : `${groups},${decimals}`;
}

/** Formats an amount as Rp1.000.000. Other currencies show their code. */
export function money(amount: number, currency = 'IDR'): string {
  return currency === 'IDR' ? `Rp${grouped(amount)}` : `${currency} ${grouped(amount)}`;
}

const jakartaTime = new Intl.DateTimeFormat('id-ID', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'Asia/Jakarta',
});

/** Formats an RFC 3339 time as 22 November 2026 pukul 17.06 WIB. */
export function localTime(timestamp: string): string {
  return `${jakartaTime.format(Date.parse(timestamp))} WIB`;
}
