import type { Problem } from '../api/problems.ts';
import { useLanguage } from '../text/language.tsx';

/** Shows technical failures with the reference for support. */
export function Problems({ problems, onRetry }: { problems: readonly Problem[]; onRetry?: () => void }) {
  const { text } = useLanguage();
  if (problems.length === 0) return null;
  return (
    <div className="notice bad" role="alert">
      <ul className="plain">
        {problems.map((problem) => (
          <li key={JSON.stringify(problem)}>
            <strong>{problem.message}</strong>
            {problem.correlationId && (
              <span className="reference">
                {text.reference}: <code>{problem.correlationId}</code>
              </span>
            )}
          </li>
        ))}
      </ul>
      {onRetry && (
        <button type="button" className="small" onClick={onRetry}>
          {text.retry}
        </button>
      )}
    </div>
  );
}
