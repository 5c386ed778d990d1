/**
 * What of an error may be written down, in a log, a job's row or on a terminal: what kind of failure it was, in words that
 * hold no value. Errors of others quote what they could not read, and their members hold rows, queries and headers.
 */

/** PostgreSQL's class 22 (data exceptions) quotes the value; its other messages quote names of tables and constraints. */
const QUOTES_VALUES = /^22/;
/** Node: "The property 'options.host' is invalid. Received 'secret'". */
const RECEIVED = /\bReceived .*/s;
/** What a terminal would obey. */
const CONTROL = /[^\P{Cc}\n\t]/gu;
const QUOTED = /".*"/s;
const LONGEST = 300;
/** An operator's terminal may have a list of faults. */
const LONGEST_WORDS = 20_000;

/** What looks like a secret, wherever it stands: the last net, for words that nobody foresaw. */
interface Secret {
  /** There is none without it, which is found out faster: every line of the log is looked through. */
  holds: string;
  pattern: RegExp;
  mark: string;
}
const SECRETS: readonly Secret[] = [
  { holds: 'eyJ', pattern: /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, mark: '[token]' },
  { holds: ' ', pattern: /\b(Bearer|Basic) [\w+/=.~-]{8,}/gi, mark: '$1 [redacted]' },
  { holds: 'whsec_', pattern: /\bwhsec_[\w+/=]+/g, mark: '[secret]' },
  { holds: '@', pattern: /:\/\/[^\s/@"\\]*@/g, mark: '://[redacted]@' },
  // Bounded, and begun where a word begins: a long text without one is read once.
  { holds: '@', pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g, mark: '[address]' },
];

/** Leaves JSON what it is: none of them reaches over a quotation mark. */
export function blankSecrets(text: string): string {
  return SECRETS.reduce(
    (left, { holds, pattern, mark }) => (left.includes(holds) ? left.replace(pattern, mark) : left),
    text,
  );
}

/** An error's words for an operator's terminal: of several lines, such as a list of faults, and with what they quote. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return `something was thrown that is no error: ${typeof error}`;
  const { message, name } = error;
  const code = codeOf(error);
  const words = QUOTES_VALUES.test(code ?? '') ? message.replace(QUOTED, '"…"') : message;
  const printable = words.slice(0, LONGEST_WORDS).replace(RECEIVED, '').replace(CONTROL, '');
  return blankSecrets(printable.trim() || code || name);
}

/** For logs and jobs: in one line of bounded length, and nothing is quoted but names of the database. */
export function reasonOf(error: unknown): string {
  const ofDatabase = error instanceof Error && 'severity' in error;
  const words = (ofDatabase ? wordsOf(error) : wordsOf(error).replace(QUOTED, '"…"')).replace(/\s+/g, ' ');
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

export interface WrittenError {
  name: string;
  message: string;
  code: string | undefined;
  /** Which constraint of the database refused it. */
  constraint: string | undefined;
  /** Where it came from; what stands above that in a stack is the message, with all that is in it. */
  frames: readonly string[];
}

/** Never the error's other members: PostgreSQL's hold the row, a query's its parameters, a request's its headers. */
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
