import type { Verdict } from './judge.ts';

/** The minimum share of detected changes, in per cent. */
const LEAST_SCORE = 85;

const scoreOf = (killed: number, alive: number) => (100 * killed) / (killed + alive);

/** Equivalent mutants count as alive in the score, so that listing one does not raise it. */
export function report(verdicts: readonly Verdict[]): { text: string; good: boolean } {
  const killed = verdicts.reduce((total, verdict) => total + verdict.killed, 0);
  const survivors = verdicts.flatMap((verdict) => verdict.survivors);
  const score = scoreOf(killed, survivors.length);
  const openInStrict = verdicts
    .filter(({ subject }) => subject.strict)
    .flatMap((verdict) => verdict.survivors.filter(({ reason }) => reason === undefined));
  const row = (verdict: Verdict) =>
    `| ${verdict.subject.file} | ${verdict.subject.strict ? 'none' : ''} | ${verdict.killed} | ${verdict.survivors.length} | ${scoreOf(verdict.killed, verdict.survivors.length).toFixed(1)} |`;
  const text = [
    '# Mutation testing',
    '',
    `The tests detect ${killed} of ${killed + survivors.length} changes to the code that decides on money, signatures, repeats and tenants: ${score.toFixed(1)} %.`,
    'Written by `npm run mutate`, which changes one thing at a time and runs the file’s own tests.',
    '“May live” is none for signatures, amounts, currencies and tenants. There, every survivor behaves the same, for the reason',
    'below.',
    '',
    '| file | may live | killed | alive | score |',
    '| --- | --- | ---: | ---: | ---: |',
    ...verdicts.map(row),
    '',
    '## Alive',
    '',
    ...survivors.map(
      ({ file, line, change, reason }) =>
        `- \`${file}:${line}\` ${reason ?? '**open**'}\n\n  \`\`\`text\n  ${change}\n  \`\`\`\n`,
    ),
  ].join('\n');
  return { text: `${text.trimEnd()}\n`, good: score >= LEAST_SCORE && openInStrict.length === 0 };
}
