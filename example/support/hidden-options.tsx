import type { Organization } from '../api/config.ts';
import { HiddenTopupOptionsDocument } from '../api/documents.ts';
import { useAnswer } from '../api/use-answer.ts';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { SUPPORT_TEXT } from './text.ts';

/** The catalogue's rows that the organization does not see, with the first reason of each. */
export function HiddenOptions({ organization }: { organization: Organization }) {
  const { language } = useLanguage();
  const words = SUPPORT_TEXT[language];
  const answer = useAnswer(HiddenTopupOptionsDocument, { organizationId: organization.id });
  const options = answer.data?.hiddenTopupOptions;
  return (
    <section aria-labelledby="hidden-options">
      <h2 id="hidden-options">{words.hidden(organization.name || organization.id)}</h2>
      <Problems problems={answer.problems} onRetry={() => void answer.read()} />
      {answer.data === undefined && answer.isLoading && <Skeleton shape="list" />}
      {answer.data && !options && <p className="empty">{words.unknown}</p>}
      {options?.length === 0 && <p className="empty">{words.nothingHidden}</p>}
      {options && options.length > 0 && (
        <table className="card orders support reasons">
          <thead>
            <tr>
              <th scope="col">{words.code}</th>
              <th scope="col">{words.reason}</th>
              <th scope="col">{words.detail}</th>
            </tr>
          </thead>
          <tbody>
            {options.map(({ code, reason, detail }) => (
              <tr key={code}>
                <th scope="row">
                  <code>{code}</code>
                </th>
                <td data-label={words.reason}>{words.hiddenReasons[reason]}</td>
                <td data-label={words.detail} lang="en">
                  {detail ?? '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
