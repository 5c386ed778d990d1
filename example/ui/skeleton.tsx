import { useLanguage } from '../text/language.tsx';

const BLOCKS = {
  choose: ['steps-line', 'title', 'strip', 'a', 'b', 'c', 'd'],
  order: ['steps-line', 'title', 'sheet'],
  list: ['a', 'b', 'c'],
} as const;

/** Holds the place of cards while an answer is on its way, so that nothing jumps when it comes. */
export function Skeleton({ shape }: { shape: keyof typeof BLOCKS }) {
  const { text } = useLanguage();
  return (
    <div className={`skeleton ${shape}`} role="status">
      <span className="hidden">{text.common.loading}</span>
      {BLOCKS[shape].map((block) => (
        <span key={block} className={block} aria-hidden="true" />
      ))}
    </div>
  );
}
