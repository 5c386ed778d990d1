import { useState } from 'react';
import { useSession } from '../api/session.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ExceptionsTable } from './exceptions-table.tsx';
import { SUPPORT_TEXT } from './text.ts';
import { useExceptions } from './use-exceptions.ts';

/** The payments that await an operator, of all organizations or of the one on the page. Nothing is closed here. */
export function Exceptions() {
  const { language } = useLanguage();
  const { organization } = useSession();
  const words = SUPPORT_TEXT[language];
  const [isOfAll, setOfAll] = useState(true);
  const choice = (ofAll: boolean, label: string) => (
    <button type="button" aria-pressed={isOfAll === ofAll} onClick={() => setOfAll(ofAll)}>
      {label}
    </button>
  );
  return (
    <section aria-labelledby="exceptions" className="exceptions">
      <h2 id="exceptions">{words.exceptions}</h2>
      <p className="soft">{words.exceptionsHint}</p>
      <fieldset className="filter">
        <legend className="hidden">{words.exceptions}</legend>
        {choice(true, words.ofAll)}
        {choice(false, words.ofOne)}
      </fieldset>
      <ExceptionList key={isOfAll ? 'all' : 'one'} organizationId={isOfAll ? null : organization.id} />
    </section>
  );
}

function ExceptionList({ organizationId }: { organizationId: string | null }) {
  const { language } = useLanguage();
  const words = SUPPORT_TEXT[language];
  const { shown, problems, more, again } = useExceptions(organizationId);
  return (
    <>
      <Problems problems={problems} onRetry={again} />
      {!shown && problems.length === 0 && <Skeleton shape="list" />}
      {shown?.rows.length === 0 && <p className="empty">{words.none}</p>}
      {shown && shown.rows.length > 0 && <ExceptionsTable rows={shown.rows} />}
      {shown && shown.next !== null && (
        <div className="more">
          <button type="button" onClick={more}>
            {words.more}
          </button>
        </div>
      )}
    </>
  );
}
