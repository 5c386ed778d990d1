import type { Problem } from '../api/problems.ts';
import { clockTime } from '../format/time.ts';
import { type Text, useLanguage } from '../text/language.tsx';

interface Props {
  problems: readonly Problem[];
  /** The time of the answer that is still on the screen, if there is one. */
  shownSince?: number | undefined;
  onRetry?: () => void;
}

/** Says what went wrong. An unknown code gets the general sentence. */
const problemIn = ({ problems, problem }: Text['common'], { code }: Problem) =>
  (code !== undefined && problems[code]) || problem;

/** Shows technical failures with the reference for support, and the age of what is still on the screen. */
export function Problems({ problems, shownSince, onRetry }: Props) {
  const { text, language } = useLanguage();
  if (problems.length === 0) return null;
  const isStale = shownSince !== undefined;
  return (
    <div className={`notice ${isStale ? 'warn stale' : 'bad'}`} role={isStale ? 'status' : 'alert'}>
      <ul className="plain">
        {problems.map((problem) => (
          <li key={problem.code ?? ''} data-code={problem.code}>
            <strong>{problemIn(text.common, problem)}</strong>
            {problem.correlationId && (
              <span className="reference">
                {text.common.reference}: <code>{problem.correlationId}</code>
              </span>
            )}
          </li>
        ))}
      </ul>
      {isStale && <p>{text.common.staleAnswer(clockTime(shownSince, language))}</p>}
      {onRetry && (
        <button type="button" className="small" onClick={onRetry}>
          {text.common.retry}
        </button>
      )}
    </div>
  );
}
