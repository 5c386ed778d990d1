import { useSession } from '../api/session.tsx';
import { useAllWords } from '../text/all-words.ts';
import { Heading } from '../ui/heading.tsx';
import { Exceptions } from './exceptions.tsx';
import { Finders } from './finders.tsx';
import { HiddenOptions } from './hidden-options.tsx';
import { SUPPORT_TEXT } from './text.ts';

/** Everything that support reads beside a buyer's own views: any organization, hidden options, orders by number, payment exceptions. */
export function SupportPage() {
  // Its rows have a status by name: the view comes with every word, so that no row suspends it.
  const { text, language } = useAllWords();
  const { organization } = useSession();
  return (
    <>
      <Heading title={text.common.support}>
        <p className="soft">{SUPPORT_TEXT[language].intro}</p>
      </Heading>
      <Finders />
      <HiddenOptions organization={organization} />
      <Exceptions />
    </>
  );
}
