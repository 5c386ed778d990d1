import type { ChildProcess } from 'node:child_process';
import type { ProductSteps } from '../index.ts';

interface Question {
  id: number;
  step: keyof ProductSteps;
  terms: unknown[];
}

interface Answer {
  id: number;
  value?: unknown;
  failed?: string;
}

type Step = (...terms: unknown[]) => Promise<unknown>;

/** Takes the steps that the parent process asks for. */
export function answerSteps(steps: ProductSteps): void {
  process.on('message', async ({ id, step, terms }: Question) => {
    const answer = await (steps[step] as Step)(...terms).then(
      (value): Answer => ({ id, value }),
      (error: Error): Answer => ({ id, failed: error.message }),
    );
    process.send?.(answer);
  });
}

/** Asks a child process for steps. An ended child fails the steps in flight. */
export function askSteps(child: ChildProcess): ProductSteps {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  child.once('exit', () => {
    for (const [id, settle] of waiting) settle({ id, failed: 'the product ended meanwhile' });
  });
  const ask =
    (step: keyof ProductSteps) =>
    (...terms: unknown[]) =>
      new Promise((resolve, reject) => {
        last += 1;
        const id = last;
        waiting.set(id, ({ value, failed }) => {
          waiting.delete(id);
          if (failed === undefined) resolve(value);
          else reject(new Error(failed));
        });
        child.send(
          { id, step, terms } satisfies Question,
          (error) => error && waiting.get(id)?.({ id, failed: error.message }),
        );
      });
  const steps = [
    'setClock',
    'reconcile',
    'switchFlag',
    'refreshOrganization',
    'refreshPrice',
    'refund',
    'audit',
  ] as const;
  return Object.fromEntries(steps.map((step) => [step, ask(step)])) as unknown as ProductSteps;
}
