import { useState } from 'react';
import type { QuotaBalance } from '../api/types.ts';
import { useAllWords } from '../text/all-words.ts';
import { Heading } from '../ui/heading.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { EntriesTable } from './entries-table.tsx';
import { MonthDownload } from './month-download.tsx';
import { useLedger } from './use-ledger.ts';

/** Lists what orders did to the quotas, with running balances, and gives each month as CSV. */
export function StatementPage() {
  const { text } = useAllWords();
  const [code, setCode] = useState('');
  const { shown, problems, isLoading, more, again } = useLedger(code);
  const words = text.statement;
  return (
    <>
      <Heading title={words.title}>
        <p className="soft">{words.intro}</p>
      </Heading>
      {shown && <QuotaFilter balances={shown.balances} code={code} onChange={setCode} />}
      <Problems problems={problems} onRetry={again} />
      {!shown && isLoading && <Skeleton shape="list" />}
      {shown?.rows.length === 0 && <p className="empty">{code === '' ? words.none : words.noneOfQuota}</p>}
      {shown && shown.rows.length > 0 && <EntriesTable entries={shown.rows} balances={shown.balances} />}
      {shown && (
        <div className="more">
          <p className="soft" role="status">
            {words.shown(shown.rows.length)}
          </p>
          {shown.next !== null && (
            <button type="button" disabled={isLoading} onClick={more}>
              {words.more}
            </button>
          )}
        </div>
      )}
      {shown && <MonthDownload />}
    </>
  );
}

interface FilterProps {
  balances: readonly QuotaBalance[];
  code: string;
  onChange(code: string): void;
}

function QuotaFilter({ balances, code, onChange }: FilterProps) {
  const { text } = useAllWords();
  const words = text.statement;
  const quotas = [{ code: '', label: words.allQuotas }, ...balances];
  return (
    <fieldset className="filter">
      <legend className="hidden">{words.quota}</legend>
      {quotas.map((quota) => (
        <button key={quota.code} type="button" aria-pressed={quota.code === code} onClick={() => onChange(quota.code)}>
          {quota.label}
        </button>
      ))}
    </fieldset>
  );
}
