import { z } from 'zod';
import { invisibleIn } from '../../kernel/label.ts';
import { parseRupiah } from '../../kernel/money.ts';
import { QUOTA_CODE } from '../../kernel/quota-code.ts';
import { parseOptionValue } from './option-value.ts';
import { parseTaxes } from './taxes.ts';

/** A fault of a catalogue file. Rows count from 1. */
export interface CatalogueFault {
  row: number;
  code: string | undefined;
  column: string;
  reason: string;
}

/**
 * Control characters, and text in the other direction, would show a buyer another text than the operator wrote.
 * Checked before a trim, which drops some of them.
 */
const visibleText = z.string().superRefine((value, context) => {
  const found = invisibleIn(value);
  if (found === undefined) return;
  const message = `holds the invisible character ${found}: expected visible text in one line, with plain spaces`;
  context.addIssue({ code: 'custom', message });
});

const name = visibleText.trim().min(1).max(200);
const optionalName = name.nullable().default(null);
/** A text, or one for each language (contracts.md 3). */
const inLanguages = <T extends z.ZodType<string>>(text: T) =>
  z.union([text, z.strictObject({ id: text, en: text.optional() })], {
    error: (issue) => (issue.code === 'invalid_union' ? 'is neither a text nor {"id": …, "en": …}' : undefined),
  });
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

/** The columns of domain.md 3, in the spelling of contracts.md 5. */
const rowSchema = z
  .strictObject({
    code: z.string().regex(QUOTA_CODE, 'is not a quota code: expected lower-case letters, digits and _'),
    label: inLanguages(name),
    description: inLanguages(visibleText.max(2000)).nullable().default(null),
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
    taxes: z
      .unknown()
      .optional()
      .transform((value, context) => {
        const parsed = parseTaxes(value);
        if (parsed.ok) return parsed.value;
        context.addIssue({ code: 'custom', message: parsed.error });
        return z.NEVER;
      }),
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
        fault('base_price', 'is missing or zero: a row with is_fixed_cost needs it');
      if (row.is_fixed_cost === false && row.package_id === null)
        fault('package_id', 'is missing: Mekari Billing prices the row');
      if (row.excess_package_id !== null && row.excess_key === null)
        fault('excess_key', 'is missing: a row with excess_package_id needs it');
    },
    // Runs even if single columns have faults, so that one check reports all of them.
    { when: ({ value }) => typeof value === 'object' && value !== null },
  );

/** A row without a fault of its own. */
export type CatalogueFileRow = z.output<typeof rowSchema>;

/** Checks the whole file. The rows are complete if there is no fault. */
export function checkCatalogue(file: unknown): { rows: CatalogueFileRow[]; faults: CatalogueFault[] } {
  if (!Array.isArray(file)) {
    return { rows: [], faults: [{ row: 0, code: undefined, column: '-', reason: 'the file is not an array of rows' }] };
  }
  const rows: CatalogueFileRow[] = [];
  const faults: CatalogueFault[] = [];
  const firstRows = { code: new Map<string, number>(), excess_key: new Map<string, number>() };
  for (const [index, entry] of file.entries()) {
    const row = index + 1;
    const parsed = rowSchema.safeParse(entry);
    const code = textOf(entry, 'code');
    if (!parsed.success) faults.push(...parsed.error.issues.flatMap((issue) => toFaults(issue, { row, code })));
    else rows.push(parsed.data);
    for (const column of ['code', 'excess_key'] as const) {
      const value = textOf(entry, column);
      const first = value === undefined ? undefined : firstRows[column].get(value);
      if (first !== undefined) faults.push({ row, code, column, reason: `is the same as in row ${first}` });
      else if (value !== undefined) firstRows[column].set(value, row);
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

/** Throws if a row of the file claims the excess of a row outside of it: two owners would charge it twice. */
export function assertExcessHasOneOwner(
  rows: readonly CatalogueFileRow[],
  existing: readonly { code: string; excessKey: string | null }[],
): void {
  const fileCodes = new Set(rows.map((row) => row.code));
  for (const other of existing.filter(({ code, excessKey }) => !fileCodes.has(code) && excessKey !== null)) {
    const row = rows.find(({ excess_key }) => excess_key === other.excessKey);
    if (row === undefined) continue;
    throw new Error(`row ${rows.indexOf(row) + 1} (${row.code}), column excess_key: belongs to ${other.code} already`);
  }
}
