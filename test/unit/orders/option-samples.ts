import type { CatalogueQuotaType, OfferedOption, Tax } from '../../../src/topup-options/index.ts';

export interface OptionSample {
  code: string;
  unitPrice: bigint;
  multiplier?: bigint;
  label?: string;
  quotaType?: CatalogueQuotaType;
  contractEnd?: string;
  excessPackageId?: string;
  excessPackageCode?: string;
  taxes?: readonly Tax[];
}

/** One option of organization 1001 as offered; fields that a test does not set have plain values. */
export function offeredOption(sample: OptionSample): OfferedOption {
  const { code, unitPrice, quotaType = 'lifetime', label = code } = sample;
  return {
    unitPrice,
    taxes: sample.taxes ?? [],
    rule: {
      input: 'QUANTITY',
      minimum: 1n,
      maximum: undefined,
      step: 1n,
      multiplier: sample.multiplier ?? 1n,
      choices: [],
    },
    organization: {
      asOf: new Date('2026-11-22T03:00:00Z'),
      id: '1001',
      name: 'PT Maju Jaya',
      billingVersion: 'v3',
      components: [],
      enrolled: true,
      mcc: { enabled: false, minimum: 0n },
      approvalLimit: undefined,
      contractEnd: sample.contractEnd,
      billing: { contacts: [], unreadable: 0 },
      details: { locale: null, taxNumber: null, address: null },
      excess: [],
      unknownExcess: [],
    },
    configuration: {
      id: '00000000-0000-7000-8000-000000000000',
      code,
      label,
      labelTranslations: null,
      description: null,
      descriptionTranslations: null,
      packageId: `pkg-${code}`,
      packageCode: `PKG_${code.toUpperCase()}`,
      optionValue: { input: 'QUANTITY', minimum: 1 },
      quotaType,
      billingVersionForPi: 'v3',
      basePrice: null,
      isFixedCost: false,
      showByComponent: [],
      hideByComponent: [],
      featureFlag: null,
      taxes: [],
      excessKey: null,
      excessPackageId: sample.excessPackageId ?? null,
      excessPackageCode: sample.excessPackageCode ?? null,
      position: 1,
      active: true,
      updatedAt: new Date('2026-11-01T00:00:00Z'),
    },
  };
}
