import { isCalendarDate, parseTimestamp } from './clock.ts';
import { isObject } from './json.ts';

/** One fault of a body. `field` is its path, such as lines[0].amount. */
export interface FieldFault {
  field: string;
  message: string;
}

/** Adds faults to `faults`. The returned value has its type only if there was none. */
export type Shape<T> = (value: unknown, field: string, faults: FieldFault[]) => T;

function leaf<T>(expected: string, accepts: (value: unknown) => boolean): Shape<T> {
  return (value, field, faults) => {
    if (!accepts(value)) {
      faults.push({ field, message: value === undefined ? `is required: ${expected}` : `must be ${expected}` });
    }
    return value as T;
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

export const text: Shape<string> = leaf('a non-empty string', isText);
export const anyText: Shape<string> = leaf('a string', (value) => typeof value === 'string');
export const flag: Shape<boolean> = leaf('true or false', (value) => typeof value === 'boolean');
export const anything: Shape<unknown> = (value) => value;

export const date: Shape<string> = leaf('a date, YYYY-MM-DD', (value) => isText(value) && isCalendarDate(value));

export const timestamp: Shape<string> = leaf(
  'an RFC 3339 time with an offset',
  (value) => isText(value) && parseTimestamp(value) !== undefined,
);

export const webUrl: Shape<string> = leaf(
  'an http(s) URL',
  (value) => isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
);

/** Accepts a safe whole JSON number. Refuses a string of digits. */
export function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): Shape<number> {
  return leaf(
    `a JSON integer from ${minimum} to ${maximum}`,
    (value) => Number.isSafeInteger(value) && Number(value) >= minimum && Number(value) <= maximum,
  );
}

/** Accepts a JSON number of at most two decimals, as an amount of any currency. */
export function decimal(minimum: number): Shape<number> {
  return leaf(
    `a JSON number from ${minimum}, of at most two decimals`,
    (value) => typeof value === 'number' && value >= minimum && Number(value.toFixed(2)) === value,
  );
}

export function oneOf<const T extends string>(...values: readonly T[]): Shape<T> {
  return leaf(`one of ${values.join(', ')}`, (value) => values.includes(value as T));
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, field, faults) => (value === null ? null : shape(value, field, faults));
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, field, faults) => (value === undefined ? undefined : shape(value, field, faults));
}

export function listOf<T>(shape: Shape<T>, minimum: number): Shape<T[]> {
  return (value, field, faults) => {
    if (Array.isArray(value) && value.length >= minimum) {
      return value.map((item, index) => shape(item, `${field}[${index}]`, faults));
    }
    faults.push({ field, message: `must be a list of at least ${minimum}` });
    return [];
  };
}

/** Accepts exactly these fields, so that a misspelt field fails on the first call. */
export function object<T extends object>(fields: { [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  const shapes: [string, Shape<unknown>][] = Object.entries(fields);
  return (value, field, faults) => {
    if (!isObject(value)) {
      faults.push({ field: field === '' ? 'body' : field, message: 'must be a JSON object' });
      return value as T;
    }
    const at = (key: string) => (field === '' ? key : `${field}.${key}`);
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) faults.push({ field: at(key), message: 'is not a known field' });
    }
    return Object.fromEntries(shapes.map(([key, shape]) => [key, shape(value[key], at(key), faults)])) as T;
  };
}
