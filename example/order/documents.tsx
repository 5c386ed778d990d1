import type { Order } from '../api/types.ts';
import { useAllWords } from '../text/all-words.ts';

/** Links live for ten minutes: a page that shows them reads its order again within this time. */
export const LINKS_MS = 300_000;

/** Links to the order's documents. The browser saves each as a file; an answer that is no file opens in a tab of its own. */
export function Documents({ order }: { order: Order }) {
  const { text } = useAllWords();
  const words = text.order.documents;
  const quotations = order.documents.filter(({ kind }) => kind === 'QUOTATION');
  // The newest comes first, and has the highest number.
  const name = (document: Order['documents'][number]) =>
    document.kind === 'QUOTATION' && quotations.length > 1
      ? `${words.QUOTATION} ${quotations.length - quotations.indexOf(document)}`
      : words[document.kind];
  return (
    <section className="documents" aria-labelledby="documents-title">
      <h2 id="documents-title">{words.title}</h2>
      <ul className="plain actions">
        {order.documents.map((document) => (
          <li key={name(document)}>
            <a href={document.url} target="_blank" rel="noopener noreferrer">
              {name(document)} (PDF)
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
