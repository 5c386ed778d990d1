import type { PriceChange } from '../api/use-order-mutations.ts';
import { grouped, rupiah } from '../format/money.ts';
import { type AllText, useAllWords } from '../text/all-words.ts';

type Line = PriceChange['lines'][number];
type Tax = NonNullable<Line['newTaxes']>[number];

interface Fact {
  label: string;
  old: string;
  now: string;
}

/** Says line by line how the new quote differs from the one that the buyer saw. */
export function PriceChanges({ lines }: { lines: readonly Line[] }) {
  const { text } = useAllWords();
  if (lines.length === 0) return null;
  return (
    <ul className="plain price-changes">
      {lines.map((line) => (
        <li key={`${line.kind} ${line.code} ${line.period}`}>
          <strong>{line.label}</strong>{' '}
          {line.kind === 'EXCESS' && (
            <span className="badge warn">
              {text.common.excess} {line.period}
            </span>
          )}
          <Change line={line} />
        </li>
      ))}
    </ul>
  );
}

function Change({ line }: { line: Line }) {
  const { text } = useAllWords();
  const { oldAmount, newAmount } = line;
  if (oldAmount === null) return <p>{text.order.lineCame(newAmount === null ? '' : rupiah(newAmount))}</p>;
  if (newAmount === null) return <p>{text.order.lineFell(rupiah(oldAmount))}</p>;
  return (
    <dl className="facts">
      {factsOf(line, text).map(({ label, old, now }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            <s>{old}</s> {now}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The facts of a line that stayed, as far as they differ. */
function factsOf(line: Line, text: AllText): Fact[] {
  const { oldQuantity, newQuantity, oldCredits, newCredits, oldUnitPrice, newUnitPrice, oldAmount, newAmount } = line;
  const { oldTax, newTax, oldTaxes, newTaxes } = line;
  const units = line.newUnitPrice?.amount === '1' ? rupiah : grouped;
  const facts = [
    {
      label: text.order.unitPrice,
      old: oldUnitPrice && rupiah(oldUnitPrice),
      now: newUnitPrice && rupiah(newUnitPrice),
    },
    { label: text.order.quantity, old: oldQuantity && units(oldQuantity), now: newQuantity && units(newQuantity) },
    { label: text.order.credits, old: oldCredits && units(oldCredits), now: newCredits && units(newCredits) },
    { label: text.order.taxes, old: oldTaxes && taxNames(oldTaxes, text), now: newTaxes && taxNames(newTaxes, text) },
    { label: text.order.taxAmount, old: oldTax && rupiah(oldTax), now: newTax && rupiah(newTax) },
    { label: text.order.amount, old: oldAmount && rupiah(oldAmount), now: newAmount && rupiah(newAmount) },
  ];
  return facts.filter((fact): fact is Fact => fact.old !== null && fact.now !== null && fact.old !== fact.now);
}

const taxNames = (taxes: readonly Tax[], text: AllText): string =>
  taxes.length === 0 ? text.order.noTaxes : taxes.map(({ code, rate }) => `${code} ${percent(rate)} %`).join(', ');

/** "11" of "0.11", without a float: the comma moves by two digits. */
function percent(rate: string): string {
  const [whole = '0', fraction = ''] = rate.split('.');
  const digits = fraction.padEnd(2, '0');
  const left = `${whole}${digits.slice(0, 2)}`.replace(/^0+(?=\d)/, '');
  const rest = digits.slice(2).replace(/0+$/, '');
  return rest === '' ? left : `${left},${rest}`;
}
