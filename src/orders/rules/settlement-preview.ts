import type { Translated } from '../../kernel/translated.ts';
import type { QuoteLine } from './quote.ts';

type SettledLine = Pick<QuoteLine, 'kind' | 'quotaCode' | 'label' | 'labelTranslations' | 'quantity' | 'credits'>;

/** The effect of an order on one quota, in its units. */
export interface QuotaSettlement {
  code: string;
  label: Translated;
  /** Usage beyond the quota, when the order was quoted or, if it grew since, when it was confirmed. */
  owed: bigint;
  /** The part of it that the order settles. */
  cleared: bigint;
  added: bigint;
  balanceBefore: bigint;
  balanceAfter: bigint;
}

/** A credit or a settlement of one of the order's lines in the ledger. */
export interface EnteredCredit {
  quotaCode: string;
  kind: 'TOPUP' | 'EXCESS_SETTLEMENT';
  quantity: bigint;
  balanceAfter: bigint;
}

const total = (quantities: readonly bigint[]) => quantities.reduce((sum, each) => sum + each, 0n);
const topupsOf = (lines: readonly SettledLine[]) => lines.filter(({ kind }) => kind === 'TOPUP');

/** The effect that the order would have now, on today's balances. `growth` is the excess that came since the quote, by quota. */
export function previewSettlement(
  lines: readonly SettledLine[],
  { balances, growth }: Record<'balances' | 'growth', ReadonlyMap<string, bigint>>,
): QuotaSettlement[] {
  return topupsOf(lines).map((line) => {
    const code = line.quotaCode;
    const cleared = total(
      lines.flatMap((each) => (each.kind === 'EXCESS' && each.quotaCode === code ? [each.quantity] : [])),
    );
    return toSettlement(line, { cleared, added: line.credits, balanceBefore: balances.get(code) ?? 0n, growth });
  });
}

/** The effect that the order had, as the ledger has it. A settlement leaves the balance as it was. */
export function enteredSettlement(
  lines: readonly SettledLine[],
  { entries, growth }: { entries: readonly EnteredCredit[]; growth: ReadonlyMap<string, bigint> },
): QuotaSettlement[] {
  return topupsOf(lines).flatMap((line) => {
    const own = entries.filter(({ quotaCode }) => quotaCode === line.quotaCode);
    const topup = own.find(({ kind }) => kind === 'TOPUP');
    if (topup === undefined) return [];
    const { quantity: added, balanceAfter } = topup;
    const cleared = total(own.flatMap(({ kind, quantity }) => (kind === 'EXCESS_SETTLEMENT' ? [quantity] : [])));
    return toSettlement(line, { cleared, added, balanceBefore: balanceAfter - added, growth });
  });
}

interface Figures extends Pick<QuotaSettlement, 'cleared' | 'added' | 'balanceBefore'> {
  growth: ReadonlyMap<string, bigint>;
}

const toSettlement = (
  { quotaCode: code, label, labelTranslations: translations }: SettledLine,
  { cleared, added, balanceBefore, growth }: Figures,
): QuotaSettlement => ({
  code,
  label: { text: label, translations },
  owed: cleared + (growth.get(code) ?? 0n),
  cleared,
  added,
  balanceBefore,
  balanceAfter: balanceBefore + added,
});
