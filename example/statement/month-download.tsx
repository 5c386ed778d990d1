import { useState } from 'react';
import type { Problem } from '../api/problems.ts';
import { useSession } from '../api/session.tsx';
import { billingPeriod } from '../format/time.ts';
import { download } from '../history/csv.ts';
import { useAllWords } from '../text/all-words.ts';
import { Problems } from '../ui/problems.tsx';
import { lastMonths, readMonth } from './month-file.ts';

/** Saves the statement of a month as CSV. */
export function MonthDownload() {
  const { text, language } = useAllWords();
  const { graph, organization } = useSession();
  const [months] = useState(lastMonths);
  const [month, setMonth] = useState(months[0] ?? '');
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const words = text.statement;

  async function save() {
    if (isBusy) return;
    setBusy(true);
    const { file, problems: found } = await readMonth(graph, month);
    if (file) download(`${words.fileName}-${organization.id}-${month}.csv`, file);
    setProblems(found);
    setBusy(false);
  }

  return (
    <>
      <div className="search month">
        <label>
          {words.month}
          <select value={month} onChange={({ target }) => setMonth(target.value)}>
            {months.map((each) => (
              <option key={each} value={each}>
                {billingPeriod(each, language)}
              </option>
            ))}
          </select>
        </label>
        <button type="button" aria-disabled={isBusy} onClick={() => void save()}>
          {isBusy ? text.common.loading : words.csv}
        </button>
        <p className="hint">{words.csvHint}</p>
      </div>
      <Problems problems={problems} onRetry={() => void save()} />
    </>
  );
}
