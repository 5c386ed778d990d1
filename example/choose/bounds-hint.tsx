import type { TopupOption } from '../api/types.ts';
import { useLanguage } from '../text/language.tsx';
import { quantityIn } from './check.ts';

/** Names the bounds of a quantity, which describe its field. */
export function BoundsHint({ id, option }: { id: string; option: TopupOption }) {
  const { text } = useLanguage();
  const format = quantityIn(option);
  const parts = [text.choose.minimum(format(option.minimum))];
  if (option.maximum !== null) parts.push(text.choose.maximum(format(option.maximum)));
  if (option.step !== '1') parts.push(text.choose.step(format(option.step)));
  return (
    <span className="hint" id={id}>
      {parts.join(', ')}
    </span>
  );
}

/** The ids that describe a field: its error first, then its bounds. */
export const described = (error: string | undefined, hint: string) => (error === undefined ? hint : `${error} ${hint}`);
