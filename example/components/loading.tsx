import { useLanguage } from '../text/language.tsx';

export function Loading() {
  const { text } = useLanguage();
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {text.loading}
    </p>
  );
}
