import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { newId } from '../kernel/ids.ts';
import { parseRupiah } from '../kernel/money.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { parseOptionValue } from './rules/option-value.ts';
import { TopupConfiguration } from './store/topup-configuration.entity.ts';

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
  .union([z.string(), z.number()])
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

type Row = z.output<typeof rowSchema>;

/** Every fault of the whole file, or its rows. */
export function checkCatalogue(file: unknown): { rows: Row[]; faults: CatalogueFault[] } {
  if (!Array.isArray(file)) {
    return { rows: [], faults: [{ row: 0, code: undefined, column: '-', reason: 'the file is not an array of rows' }] };
  }
  const rows: Row[] = [];
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

/**
 * Adds and changes rows by code, all or none of them. Rows that the file does not name stay as they are: an option is
 * switched off with "active": false. Answers the codes that it left alone.
 */
export async function applyCatalogue(database: DataSource, rows: readonly Row[], at: Date): Promise<string[]> {
  return inTransaction(database, async (tx) => {
    const existing = await tx.find(TopupConfiguration);
    assertExcessHasOneOwner(rows, existing);
    const ids = new Map(existing.map((row) => [row.code, row.id]));
    await tx.save(
      TopupConfiguration,
      rows.map((row, index) => ({
        id: ids.get(row.code) ?? newId(),
        code: row.code,
        label: row.label,
        description: row.description,
        packageId: row.package_id,
        packageCode: row.package_code,
        optionValue: row.option_value,
        quotaType: row.quota_type,
        billingVersionForPi: row.billing_version_for_pi,
        basePrice: row.base_price,
        isFixedCost: row.is_fixed_cost,
        showByComponent: row.show_by_component,
        hideByComponent: row.hide_by_component,
        featureFlag: row.feature_flag,
        excessKey: row.excess_key,
        excessPackageId: row.excess_package_id,
        excessPackageCode: row.excess_package_code,
        position: row.position ?? index + 1,
        active: row.active,
        updatedAt: at,
      })),
    );
    const named = new Set(rows.map((row) => row.code));
    return existing.map((row) => row.code).filter((code) => !named.has(code));
  });
}

/** Also across the rows that stay as they are: two owners would charge one excess twice. */
function assertExcessHasOneOwner(rows: readonly Row[], existing: readonly TopupConfiguration[]): void {
  const named = new Set(rows.map((row) => row.code));
  for (const other of existing.filter(({ code, excessKey }) => !named.has(code) && excessKey !== null)) {
    const row = rows.find(({ excess_key }) => excess_key === other.excessKey);
    if (row === undefined) continue;
    throw new Error(`row ${rows.indexOf(row) + 1} (${row.code}), column excess_key: belongs to ${other.code} already`);
  }
}

/** The catalogue in the file's own form: what is shown can be edited and applied. */
export async function showCatalogue(database: DataSource): Promise<Record<string, unknown>[]> {
  const rows = await database.getRepository(TopupConfiguration).find({ order: { position: 'ASC', code: 'ASC' } });
  return rows.map((row) => ({
    code: row.code,
    label: row.label,
    description: row.description,
    package_id: row.packageId,
    package_code: row.packageCode,
    option_value: row.optionValue,
    quota_type: row.quotaType,
    billing_version_for_pi: row.billingVersionForPi,
    base_price: row.basePrice?.toString() ?? null,
    is_fixed_cost: row.isFixedCost,
    show_by_component: row.showByComponent,
    hide_by_component: row.hideByComponent,
    feature_flag: row.featureFlag,
    excess_key: row.excessKey,
    excess_package_id: row.excessPackageId,
    excess_package_code: row.excessPackageCode,
    position: row.position,
    active: row.active,
  }));
}
