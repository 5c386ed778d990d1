import type { OwedExcess } from '../../excess-usage/index.ts';
import { MAX_AMOUNT, type Rupiah, sum } from '../../kernel/money.ts';
import type { Translations } from '../../kernel/translated.ts';
import {
  type CatalogueQuotaType,
  filledLabel,
  type OfferedOption,
  type TopupConfiguration,
} from '../../topup-options/index.ts';
import { excessPeriodDates, type LinePeriod, topupPeriod } from './line-period.ts';
import { type LineTaxes, taxLines } from './order-taxes.ts';

export type LineKind = 'TOPUP' | 'EXCESS';

/** A frozen line. It holds everything that crediting and booking need, because the catalogue may change meanwhile. */
export interface QuoteLine extends LinePeriod, LineTaxes {
  kind: LineKind;
  quotaCode: string;
  label: string;
  /** The label in each language; null if it is one text for all. */
  labelTranslations: Translations | null;
  packageId: string | null;
  packageCode: string | null;
  quotaType: CatalogueQuotaType;
  billingVersionForPi: string;
  /** Units ordered, or units of excess; rupiah for an AMOUNT. */
  quantity: bigint;
  multiplier: bigint;
  /** Units that the quota rises by; 0 for EXCESS. */
  credits: bigint;
  unitPrice: Rupiah;
  amount: Rupiah;
  /** hub-core's billing period of the settled excess; null for TOPUP. */
  excessPeriod: string | null;
}

/** Lines and totals of an order; the totals are sums over the lines. */
export interface Quote {
  lines: readonly QuoteLine[];
  topupTotal: Rupiah;
  excessTotal: Rupiah;
  includedTax: Rupiah;
  addedTax: Rupiah;
  withheldTotal: Rupiah;
  /** Top-ups, excess and added tax. */
  total: Rupiah;
}

export const WITHHOLDINGS = ['PPH_23'] as const;
/** The tax that the buyer declares to keep back. */
export type Withholding = (typeof WITHHOLDINGS)[number];

export interface QuoteItem {
  option: OfferedOption;
  quantity: bigint;
  owed: readonly OwedExcess[];
}

function frozenConfiguration(configuration: TopupConfiguration) {
  const { code: quotaCode, quotaType, billingVersionForPi } = configuration;
  return { quotaCode, quotaType, billingVersionForPi };
}

function frozenLabel(configuration: TopupConfiguration, unitPrice: Rupiah) {
  const { text: label, translations: labelTranslations } = filledLabel(configuration, unitPrice);
  return { label, labelTranslations };
}

type UntaxedLine = Omit<QuoteLine, keyof LineTaxes> & { option: OfferedOption };

function excessLine(option: OfferedOption, owed: OwedExcess): UntaxedLine {
  const { configuration } = option;
  return {
    option,
    ...frozenConfiguration(configuration),
    kind: 'EXCESS',
    ...frozenLabel(configuration, owed.unitPrice),
    // Excess counted in rupiah has no package of its own, so accounting books it under the quota's.
    packageId: configuration.excessPackageId ?? configuration.packageId,
    packageCode: configuration.excessPackageCode ?? configuration.packageCode,
    quantity: owed.quantity,
    multiplier: 1n,
    credits: 0n,
    unitPrice: owed.unitPrice,
    amount: owed.amount,
    excessPeriod: owed.period,
    ...excessPeriodDates(owed.period),
  };
}

function topupLine({ option, quantity }: QuoteItem, today: string): UntaxedLine {
  const { configuration, organization, rule, unitPrice } = option;
  return {
    option,
    ...frozenConfiguration(configuration),
    kind: 'TOPUP',
    ...frozenLabel(configuration, unitPrice),
    packageId: configuration.packageId,
    packageCode: configuration.packageCode,
    quantity,
    multiplier: rule.multiplier,
    credits: quantity * rule.multiplier,
    unitPrice,
    amount: quantity * unitPrice,
    excessPeriod: null,
    ...topupPeriod(configuration.quotaType, today, organization.contractEnd ?? null),
  };
}

/** The facts that a quote depends on besides its items. */
export interface QuoteTerms {
  /** A date in Asia/Jakarta. */
  today: string;
  /** null if the buyer withholds nothing. */
  withholding: Withholding | null;
}

/** Puts the lines that settle excess before the top-ups (domain.md 6). */
export function buildQuote(items: readonly QuoteItem[], { today, withholding }: QuoteTerms): Quote {
  const excess = items.flatMap(({ option, owed }) => owed.map((row) => excessLine(option, row)));
  const topups = items.map((item) => topupLine(item, today));
  const lines = withTaxes([...excess, ...topups], withholding);
  const topupTotal = sum(topups.map((line) => line.amount));
  const excessTotal = sum(excess.map((line) => line.amount));
  const addedTax = sum(lines.map((line) => line.addedTax));
  return {
    lines,
    topupTotal,
    excessTotal,
    includedTax: sum(lines.map((line) => line.includedTax)),
    addedTax,
    withheldTotal: sum(lines.map((line) => line.withheld)),
    total: topupTotal + excessTotal + addedTax,
  };
}

/** Withholding applies to an order only if its buyer declares it. */
function withTaxes(lines: readonly UntaxedLine[], withholding: Withholding | null): QuoteLine[] {
  const taxes = taxLines(
    lines.map(({ kind, quotaCode, excessPeriod, amount, option }) => ({
      key: [kind, quotaCode, excessPeriod].join(' '),
      amount,
      taxes: option.taxes.filter((tax) => tax.kind === 'VAT' || withholding !== null),
    })),
  );
  return lines.map(({ option: _, ...line }, index) => ({ ...line, ...(taxes[index] as LineTaxes) }));
}

/** Returns true if one of the options has a tax that the buyer may keep back. */
export const canWithhold = (items: readonly QuoteItem[]): boolean =>
  items.some(({ option }) => option.taxes.some(({ kind }) => kind === 'WITHHOLDING'));

/** Returns the most units of one line for which its amount and its credits are exact as JSON numbers. */
export function mostOrderable({ unitPrice, rule }: OfferedOption): bigint {
  const byAmount = MAX_AMOUNT / unitPrice;
  const byCredits = MAX_AMOUNT / rule.multiplier;
  return byAmount < byCredits ? byAmount : byCredits;
}
