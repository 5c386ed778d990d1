/** Ids that are drawn at random, and numbers that accounting counts: a fixture numbers them in the order in which they appear. */
const RANDOM_IDS =
  /\b(inv|pay)_[0-9a-f]{32}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;
const PI_NUMBER = /\b(PI\/\d{4}\/\d{2})\/\d{5}\b/g;
/** A cursor: base64url of a time of this millennium and an id. */
const CURSOR = /"(MjA[\w-]{40,})"/g;
/** The database's own clock, which nothing freezes. */
const CHANGED_AT = /("changedAt": )"[^"]+"/g;
/** Loopback with a free port stands for Mekari Pay, and without a port for the product. */
const PAY = /http:\/\/127\.0\.0\.1:\d+/g;

/** The token of a document's link, whose signature follows the secret and the ids. */
const DOCUMENT = /(\/documents\/)[\w-]+\.[\w-]+/g;

/** Returns a text of a payload without what differs between two runs at the same `present`. */
export function stableText(text: string, present: Date): string {
  const numbers = new Map<string, string>();
  const numbered = (id: string, kind = '') => {
    const digits = String(numbers.size + 1).padStart(12, '0');
    const stable = kind === '' ? `00000000-0000-4000-8000-${digits}` : `${kind}_${digits}`;
    if (!numbers.has(id)) numbers.set(id, stable);
    return numbers.get(id) ?? '';
  };
  return text
    .replace(RANDOM_IDS, numbered)
    .replace(CURSOR, (_, cursor: string) => {
      const place = Buffer.from(cursor, 'base64url').toString().replace(RANDOM_IDS, numbered);
      return JSON.stringify(Buffer.from(place).toString('base64url'));
    })
    .replace(PI_NUMBER, '$1/00001')
    .replace(CHANGED_AT, `$1"${present.toISOString()}"`)
    .replace(DOCUMENT, '$1TOKEN')
    .replace(PAY, 'https://pay.example.test');
}
