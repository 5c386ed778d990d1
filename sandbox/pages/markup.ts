/** HTML that is safe to put into a page: everything that went into it was escaped. */
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

/** A template whose values are escaped, unless they are markup themselves. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.map((text, index) => text + (index < parts.length ? escaped(parts[index] ?? '') : '')).join(''),
  );
}

/** A whole number as Indonesians write it: 1.000.000. */
export function grouped(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, '.');
}

/** Rp1.000.000; another currency by its code. */
export function money(amount: number, currency = 'IDR'): string {
  return currency === 'IDR' ? `Rp${grouped(amount)}` : `${currency} ${grouped(amount)}`;
}

const jakartaTime = new Intl.DateTimeFormat('id-ID', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'Asia/Jakarta',
});

/** An RFC 3339 time for people: 22 November 2026 pukul 17.06 WIB. */
export function localTime(timestamp: string): string {
  return `${jakartaTime.format(Date.parse(timestamp))} WIB`;
}
