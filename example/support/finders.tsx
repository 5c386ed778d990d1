import { type FormEvent, useState } from 'react';
import { TopupOrderByNumberDocument } from '../api/documents.ts';
import type { Problem } from '../api/problems.ts';
import { useSession } from '../api/session.tsx';
import { navigate } from '../route.tsx';
import { useLanguage } from '../text/language.tsx';
import { Problems } from '../ui/problems.tsx';
import { SUPPORT_TEXT } from './text.ts';

/** Leads to an order by its number, and to an organization by its id. */
export function Finders() {
  const { language } = useLanguage();
  const { graph, visit } = useSession();
  const words = SUPPORT_TEXT[language];
  const [missing, setMissing] = useState('');
  const [problems, setProblems] = useState<Problem[]>([]);

  async function findOrder(number: string) {
    const { data, problems: found } = await graph.read(TopupOrderByNumberDocument, { number });
    const order = data?.topupOrderByNumber;
    setProblems(found);
    setMissing(order || found.length > 0 ? '' : number);
    if (!order) return;
    navigate({ view: 'order', orderId: order.id });
    if (order.organization) visit(order.organization.id);
  }

  return (
    <>
      <div className="finders">
        <Finder label={words.byNumber} action={words.findOrder} onFind={(number) => void findOrder(number)} />
        <Finder label={words.organizationId} action={words.visit} onFind={visit} />
      </div>
      <Problems problems={problems} />
      <p className={missing === '' ? 'hidden' : 'empty'} role="status">
        {missing === '' ? '' : words.noOrder(missing)}
      </p>
    </>
  );
}

function Finder({ label, action, onFind }: { label: string; action: string; onFind(value: string): void }) {
  const [value, setValue] = useState('');
  function send(event: FormEvent) {
    event.preventDefault();
    if (value.trim() !== '') onFind(value.trim());
  }
  return (
    <form className="search" onSubmit={send}>
      <label>
        {label}
        <input type="search" value={value} onChange={({ target }) => setValue(target.value)} autoComplete="off" />
      </label>
      <button type="submit">{action}</button>
    </form>
  );
}
