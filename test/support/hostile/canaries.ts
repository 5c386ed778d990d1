import { randomBytes } from 'node:crypto';

/** Things that must not get out: planted where they belong, and looked for where they do not. */
export interface Canaries {
  /** A secret that nothing else holds by chance, known by this name. */
  plant(name: string): string;
  /** One that has a form of its own, such as a token. */
  plantAs(name: string, value: string): string;
  /** The names of those that this text holds, in whatever form. */
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

/** As it is, in JSON, in a URL, in hexadecimal digits, and in base64 wherever in the encoded text it stands. */
export function formsOf(value: string): string[] {
  const quoted = JSON.stringify(value).slice(1, -1);
  const forms = [value, quoted, encodeURIComponent(value), Buffer.from(value).toString('hex'), ...base64Forms(value)];
  return [...new Set(forms.map((form) => form.toLowerCase()))];
}

/** Three bytes make four symbols: of the three ways to fall on that grid the symbols that no neighbour takes part in. */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    return (['base64', 'base64url'] as const).map((encoding) => bytes.toString(encoding).slice(start, end));
  });
}
