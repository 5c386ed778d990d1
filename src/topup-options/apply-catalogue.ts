import type { DataSource } from 'typeorm';
import { newId } from '../kernel/ids.ts';
import { defaultText, toTranslations } from '../kernel/translated.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { assertExcessHasOneOwner, type CatalogueFileRow } from './rules/catalogue-file.ts';
import { readConfigurations, saveConfigurations } from './store/catalogue-rows.ts';

/**
 * Inserts and updates rows by code, all or none of them. Rows that the file omits stay unchanged ("active": false switches an
 * option off); returns their codes.
 */
export async function applyCatalogue(
  database: DataSource,
  rows: readonly CatalogueFileRow[],
  at: Date,
): Promise<string[]> {
  return inTransaction(database, async (tx) => {
    const existing = await readConfigurations(tx);
    assertExcessHasOneOwner(rows, existing);
    const ids = new Map(existing.map((row) => [row.code, row.id]));
    await saveConfigurations(
      tx,
      rows.map((row, index) => ({
        id: ids.get(row.code) ?? newId(),
        code: row.code,
        label: defaultText(row.label),
        labelTranslations: toTranslations(row.label),
        description: row.description === null ? null : defaultText(row.description),
        descriptionTranslations: row.description === null ? null : toTranslations(row.description),
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
        taxes: row.taxes,
        excessKey: row.excess_key,
        excessPackageId: row.excess_package_id,
        excessPackageCode: row.excess_package_code,
        position: row.position ?? index + 1,
        active: row.active,
        updatedAt: at,
      })),
    );
    const fileCodes = new Set(rows.map((row) => row.code));
    return existing.map((row) => row.code).filter((code) => !fileCodes.has(code));
  });
}

/** The catalogue in the file's form, for an operator to edit and apply. */
export async function showCatalogue(database: DataSource): Promise<Record<string, unknown>[]> {
  const rows = await readConfigurations(database);
  return rows.map((row) => ({
    code: row.code,
    label: row.labelTranslations ?? row.label,
    description: row.descriptionTranslations ?? row.description,
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
    taxes: row.taxes,
    excess_key: row.excessKey,
    excess_package_id: row.excessPackageId,
    excess_package_code: row.excessPackageCode,
    position: row.position,
    active: row.active,
  }));
}
