import { z } from 'zod';
import { parseRupiah } from '../../kernel/money.ts';
import { parseOptionValue } from './option-value.ts';

/** What is wrong with a catalogue file: which row (counted from 1), which column, and why. */
export interface CatalogueFault {
  row: number;
  code: string | undefined;
  column: string;
  reason: string;
}

const name = z.string().trim().min(1).max(200);
const optionalName = name.nullish().transform((value) => value ?? null);
const components = z
  .array(name)
  .nullish()
  .transform((value) => value ?? []);

const price = z
  .union([z.string(), z.number(), z.bigint()])
  .nullish()
  .transform((value, context) => {
    if (value === null || value === undefined) return null;
    const parsed = parseRupiah(String(value));
    if (parsed !== undefined) return parsed;
    context.addIssue({ code: 'custom', message: 'is not whole rupiah' });
    return z.NEVER;
  });

/** The columns of domain.md 3, as contracts.md 5 spells them. */
const rowSchema = z
  .strictObject({
    code: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'is not a quota code: expected lower-case letters, digits and _'),
    label: name,
    description: z
      .string()
      .max(2000)
      .nullish()
      .transform((value) => value ?? null),
    package_id: optionalName,
    package_code: optionalName,
    option_value: z.unknown().superRefine((value, context) => {
      const parsed = parseOptionValue(value);
      if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.error });
    }),
    quota_type: z.enum(['lifetime', 'monthly', 'contract']),
    billing_version_for_pi: name,
    base_price: price,
    is_fixed_cost: z.boolean(),
    show_by_component: components,
    hide_by_component: components,
    feature_flag: optionalName,
    excess_key: optionalName,
    excess_package_id: optionalName,
    excess_package_code: optionalName,
    position: z.number().int().min(-1_000_000).max(1_000_000).nullish(),
    active: z
      .boolean()
      .nullish()
      .transform((value) => value ?? true),
  })
  .superRefine(
    (row, context) => {
      const fault = (column: string, message: string) => context.addIssue({ code: 'custom', path: [column], message });
      if (row.is_fixed_cost === true && !row.base_price)
        fault('base_price', 'is missing or zero: the row is of fixed cost');
      if (row.is_fixed_cost === false && row.package_id === null)
        fault('package_id', 'is missing: Mekari Billing prices the row');
      if (row.excess_package_id !== null && row.excess_key === null)
        fault('excess_key', 'is missing: there is an excess package');
    },
    // Beside the faults of single columns, too: all of them are to be told at once.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );

/** A row of a catalogue file that has no fault of its own. */
export type CatalogueFileRow = z.output<typeof rowSchema>;

/** Every fault of the whole file, or its rows. */
export function checkCatalogue(file: unknown): { rows: CatalogueFileRow[]; faults: CatalogueFault[] } {
  if (!Array.isArray(file)) {
    return { rows: [], faults: [{ row: 0, code: undefined, column: '-', reason: 'the file is not an array of rows' }] };
  }
  const rows: CatalogueFileRow[] = [];
  const faults: CatalogueFault[] = [];
  const seen = { code: new Map<string, number>(), excess_key: new Map<string, number>() };
  for (const [index, given] of file.entries()) {
    const row = index + 1;
    const parsed = rowSchema.safeParse(given);
    const code = textOf(given, 'code');
    if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => toFaults(issue, { row, code })));
    else rows.push(parsed.data);
    for (const column of ['code', 'excess_key'] as const) {
      const value = textOf(given, column);
      const first = value === undefined ? undefined : seen[column].get(value);
      if (first !== undefined) faults.push({ row, code, column, reason: `is the same as in row ${first}` });
      else if (value !== undefined) seen[column].set(value, row);
    }
  }
  return { rows, faults };
}

function textOf(row: unknown, column: string): string | undefined {
  const value = (row as Record<string, unknown> | null)?.[column];
  return typeof value === 'string' ? value : undefined;
}

function toFaults(issue: z.core.$ZodIssue, at: { row: number; code: string | undefined }): CatalogueFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((column) => ({ ...at, column, reason: 'is not a column of the catalogue' }));
  }
  return [{ ...at, column: issue.path.map(String).join('.') || '-', reason: issue.message }];
}

/** Also across the rows that stay as they are: two owners would charge one excess twice. Throws. */
export function assertExcessHasOneOwner(
  rows: readonly CatalogueFileRow[],
  existing: readonly { code: string; excessKey: string | null }[],
): void {
  const named = new Set(rows.map((row) => row.code));
  for (const other of existing.filter(({ code, excessKey }) => !named.has(code) && excessKey !== null)) {
    const row = rows.find(({ excess_key }) => excess_key === other.excessKey);
    if (row === undefined) continue;
    throw new Error(`row ${rows.indexOf(row) + 1} (${row.code}), column excess_key: belongs to ${other.code} already`);
  }
}
