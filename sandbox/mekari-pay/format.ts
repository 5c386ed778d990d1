import { parseTimestamp } from '../clock.ts';
import { isObject } from '../json.ts';
import { anyText, type FieldFault, listOf, object, oneOf, optional, type Shape } from '../shape.ts';

/** Selects how answers and events write their values, as providers differ in it. */
export interface Format {
  /** number: 1000000 · decimal: 1000000.0 · text: "1000000" · decimal-text: "1000000.00". Default: number. */
  amounts?: (typeof AMOUNTS)[number] | undefined;
  /**
   * stored: as it is, in UTC · local: Jakarta's time without an offset, 2026-11-30T23:30:00 · local-space: the same with a
   * space · or an offset such as +09:00. Default: stored.
   */
  times?: string | undefined;
  /** Members to leave out of an invoice or of an event's data, such as paid_amount or payments. */
  omit?: string[] | undefined;
}

export const AMOUNTS = ['number', 'decimal', 'text', 'decimal-text'] as const;
const TIMES = ['stored', 'local', 'local-space'];
const OFFSET = /^([+-])(\d{2}):(\d{2})$/;
const AMOUNT_MEMBERS = ['amount', 'paid_amount', 'refunded_amount', 'unit_price'];
const TIME_MEMBERS = ['timestamp', 'created_at', 'updated_at', 'expires_at', 'paid_at'];
const JAKARTA = '+07:00';

const times: Shape<string> = (value, field, faults: FieldFault[]) => {
  const isKnown = typeof value === 'string' && (TIMES.includes(value) || OFFSET.test(value));
  if (!isKnown) faults.push({ field, message: `must be one of ${TIMES.join(', ')}, or an offset such as +09:00` });
  return value as string;
};

export const formatShape = object<Format>({
  amounts: optional(oneOf(...AMOUNTS)),
  times: optional(times),
  omit: optional(listOf(anyText, 0)),
});

/** Puts a number into JSON digit by digit: 1000000.0 is a number that JSON.stringify never writes. */
function rawNumber(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

function amountAs(style: Format['amounts'], amount: number): unknown {
  if (style === 'decimal') return rawNumber(Number.isInteger(amount) ? `${amount}.0` : String(amount));
  if (style === 'text') return String(amount);
  return style === 'decimal-text' ? amount.toFixed(2) : amount;
}

function timeAs(style: string, stored: string): string {
  const time = parseTimestamp(stored);
  const offset = OFFSET.exec(style.startsWith('local') ? JAKARTA : style);
  if (time === undefined || offset === null) return stored;
  const [text, sign, hours, minutes] = offset;
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const wall = new Date(time + shift).toISOString();
  if (style === 'local') return wall.slice(0, 19);
  return style === 'local-space' ? wall.slice(0, 19).replace('T', ' ') : wall.replace('Z', text);
}

/** Returns the value for JSON.stringify, in that format. */
export function inFormat(value: unknown, format: Format): unknown {
  if (Array.isArray(value)) return value.map((item) => inFormat(item, format));
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => format.omit?.includes(name) !== true);
  return Object.fromEntries(
    members.map(([name, member]) => {
      if (typeof member === 'number' && AMOUNT_MEMBERS.includes(name)) return [name, amountAs(format.amounts, member)];
      if (typeof member === 'string' && TIME_MEMBERS.includes(name)) return [name, timeAs(format.times ?? '', member)];
      return [name, inFormat(member, format)];
    }),
  );
}
