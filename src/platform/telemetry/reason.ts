/**
 * Filters errors for a log, a job's row or a terminal: they keep the kind of failure, and lose values. Foreign errors quote the
 * input that they could not parse, and their properties contain rows, queries and headers.
 */

/** PostgreSQL's class 22 (data exceptions) quotes values; its other messages quote names of tables and constraints. */
const QUOTES_VALUES = /^22/;
/** Node: "The property 'options.host' is invalid. Received 'secret'". */
const RECEIVED = /\bReceived .*/s;
/** Control characters, which a terminal would obey. */
const CONTROL = /[^\P{Cc}\n\t]/gu;
const QUOTED = /".*"/s;
const LONGEST = 300;
/** An operator's terminal may get a list of faults. */
const LONGEST_WORDS = 20_000;

/** A pattern of a secret: the last guard, for messages that nobody foresaw. */
interface Secret {
  /** A text that every match contains: a fast check, because every log line is searched. */
  marker: string;
  pattern: RegExp;
  mark: string;
}
const SECRETS: readonly Secret[] = [
  { marker: 'eyJ', pattern: /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, mark: '[token]' },
  { marker: ' ', pattern: /\b(Bearer|Basic) [\w+/=.~-]{8,}/gi, mark: '$1 [redacted]' },
  { marker: 'whsec_', pattern: /\bwhsec_[\w+/=]+/g, mark: '[secret]' },
  // `user:password` stands in the form of a setting, not in its value.
  { marker: '@', pattern: /:\/\/(?!user:password@)[^\s/@"\\]*@/g, mark: '://[redacted]@' },
  // Bounded and anchored at the start of a word, so that a long text without an address takes linear time.
  { marker: '@', pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g, mark: '[address]' },
];

/** Keeps JSON valid: no pattern matches a quotation mark. */
export function blankSecrets(text: string): string {
  return SECRETS.reduce(
    (rest, { marker, pattern, mark }) => (rest.includes(marker) ? rest.replace(pattern, mark) : rest),
    text,
  );
}

/** The message for an operator's terminal: it may have several lines, such as a list of faults, and quotes. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return `something was thrown that is no error: ${typeof error}`;
  const { message, name } = error;
  const code = codeOf(error);
  const words = QUOTES_VALUES.test(code ?? '') ? message.replace(QUOTED, '"…"') : message;
  const printable = words.slice(0, LONGEST_WORDS).replace(RECEIVED, '').replace(CONTROL, '');
  return blankSecrets(printable.trim() || code || name);
}

/** The message for logs and jobs: one line of bounded length, with no quotes but names from the database. */
export function reasonOf(error: unknown): string {
  const isDatabaseError = error instanceof Error && 'severity' in error;
  const words = (isDatabaseError ? wordsOf(error) : wordsOf(error).replace(QUOTED, '"…"')).replace(/\s+/g, ' ');
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

export interface WrittenError {
  name: string;
  message: string;
  code: string | undefined;
  /** The violated constraint of the database. */
  constraint: string | undefined;
  /** The stack without its first lines, which repeat the unfiltered message. */
  frames: readonly string[];
}

/** Omits all other properties: they contain the row, the query's parameters, or the request's headers. */
export function writtenError(error: unknown): WrittenError {
  const { name, stack, constraint } = (error instanceof Error ? error : {}) as Error & { constraint?: unknown };
  return {
    name: name ?? 'unknown',
    message: reasonOf(error),
    code: codeOf(error),
    constraint: typeof constraint === 'string' ? constraint : undefined,
    frames: (stack ?? '')
      .split('\n')
      .filter((line) => /^ {4}at /.test(line))
      .map((line) => line.trim()),
  };
}

function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
