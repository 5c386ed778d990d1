import type { Organization } from '../api/config.ts';
import { Link, useRoute } from '../route.tsx';
import { type Language, useLanguage } from '../text/language.tsx';

interface Props {
  organizations: readonly Organization[];
  current: Organization | undefined;
  hasSupport: boolean;
  onSwitch(organization: Organization): void;
}

const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'id', name: 'Bahasa Indonesia' },
  { code: 'en', name: 'English' },
];

export function Header({ organizations, current, hasSupport, onSwitch }: Props) {
  const { text, language, speak } = useLanguage();
  const route = useRoute();
  return (
    <header className="top">
      <div className="bar">
        <p className="brand">
          <span className="mark" aria-hidden="true">
            Q
          </span>
          <span>
            Qontak <span className="soft">/ {text.common.section}</span>
          </span>
        </p>
        <nav aria-label={text.common.section}>
          <Link to={{ view: 'topup' }} isCurrent={route.view === 'topup'}>
            {text.common.topUp}
          </Link>
          <Link to={{ view: 'orders' }} isCurrent={['orders', 'order', 'receipt'].includes(route.view)}>
            {text.common.orders}
          </Link>
          <Link to={{ view: 'statement' }} isCurrent={route.view === 'statement'}>
            {text.common.statement}
          </Link>
          {hasSupport && (
            <Link to={{ view: 'support' }} isCurrent={route.view === 'support'}>
              {text.common.support}
            </Link>
          )}
        </nav>
        <label className="switcher">
          <span>{text.common.organization}</span>
          <select
            value={current?.id ?? ''}
            onChange={(event) => {
              const chosen = organizations.find(({ id }) => id === event.target.value);
              if (chosen) onSwitch(chosen);
            }}
          >
            {organizations.map(({ id, name }) => (
              <option key={id} value={id}>
                {name === '' ? id : `${name} · ${id}`}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="languages">
          <legend className="hidden">{text.common.language}</legend>
          {LANGUAGES.map(({ code, name }) => (
            <button key={code} type="button" lang={code} aria-pressed={language === code} onClick={() => speak(code)}>
              {name}
            </button>
          ))}
        </fieldset>
      </div>
    </header>
  );
}
