import type { Organization } from '../api/config.ts';
import { Link, useRoute } from '../route.tsx';
import { type Language, useLanguage } from '../text/language.tsx';

interface Props {
  organizations: readonly Organization[];
  current: Organization | undefined;
  onSwitch(organization: Organization): void;
}

const LANGUAGES: { code: Language; name: string }[] = [
  { code: 'id', name: 'Bahasa Indonesia' },
  { code: 'en', name: 'English' },
];

export function Header({ organizations, current, onSwitch }: Props) {
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
            Qontak <span className="soft">/ {text.section}</span>
          </span>
        </p>
        <nav aria-label={text.section}>
          <Link to={{ view: 'topup' }} isCurrent={route.view === 'topup'}>
            {text.topUp}
          </Link>
          <Link to={{ view: 'orders' }} isCurrent={route.view !== 'topup'}>
            {text.orders}
          </Link>
        </nav>
        <label className="switcher">
          <span>{text.organization}</span>
          <select
            value={current?.id ?? ''}
            onChange={(event) => {
              const chosen = organizations.find(({ id }) => id === event.target.value);
              if (chosen) onSwitch(chosen);
            }}
          >
            {organizations.map(({ id, name }) => (
              <option key={id} value={id}>
                {name} · {id}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="languages">
          <legend className="hidden">{text.language}</legend>
          {LANGUAGES.map(({ code, name }) => (
            <button
              key={code}
              type="button"
              aria-label={name}
              aria-pressed={language === code}
              onClick={() => speak(code)}
            >
              {code.toUpperCase()}
            </button>
          ))}
        </fieldset>
      </div>
    </header>
  );
}
