import { randomBytes } from 'node:crypto';

/** Secrets that must not leak: planted in their proper places, and searched for everywhere else. */
export interface Canaries {
  /** Plants a random secret under this name. */
  plant(name: string): string;
  /** Plants a secret with a form of its own, such as a token. */
  plantAs(name: string, value: string): string;
  /** The names of the secrets in this text, in any encoding. */
  foundIn(text: string): string[];
}

export function createCanaries(): Canaries {
  const forms = new Map<string, readonly string[]>();
  const plantAs = (name: string, value: string) => {
    forms.set(name, formsOf(value));
    return value;
  };
  return {
    plantAs,
    plant: (name) => plantAs(name, `canary${randomBytes(12).toString('hex')}`),
    foundIn(text) {
      const folded = text.toLowerCase();
      return [...forms].filter(([, ways]) => ways.some((way) => folded.includes(way))).map(([name]) => name);
    },
  };
}

/**
 * The forms of a secret: plain, in JSON, in a URL, in hexadecimal digits, and in base64 at any offset of the encoded
 * text.
 */
export function formsOf(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  const forms = [value, quoted, encodeURIComponent(value), Buffer.from(value).toString('hex'), ...base64Forms(value)];
  return [...new Set(forms.map((form) => form.toLowerCase()))];
}

/** Three bytes make four symbols: for each of the three offsets, the symbols that no neighbouring byte affects. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).slice(start, end));
  });
}
