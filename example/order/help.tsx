import { useAllWords } from '../text/all-words.ts';

/** Says what to do when nothing arrives. */
export function Help() {
  const { text } = useAllWords();
  return (
    <details className="help">
      <summary>{text.pay.help.title}</summary>
      <ul>
        {text.pay.help.items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </details>
  );
}
