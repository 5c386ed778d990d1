import { expect, test } from 'vitest';
import { ALERTS } from './firing.ts';
import { linesOf, NOT_OURS } from './page.ts';
import { audits } from './situations/audits.ts';
import { database } from './situations/database.ts';
import { history } from './situations/history.ts';
import { jobs } from './situations/jobs.ts';
import { mails } from './situations/mails.ts';
import { money } from './situations/money.ts';
import { neighbours } from './situations/neighbours.ts';
import { notices } from './situations/notices.ts';
import { queue } from './situations/queue.ts';
import { receivers } from './situations/receivers.ts';
import { redis } from './situations/redis.ts';
import { replica } from './situations/replica.ts';

const walked = [audits, database, history, jobs, mails, money, neighbours, notices, queue, receivers, redis, replica]
  .flat()
  .flatMap(({ alerts }) => alerts);

test('every alert is brought about in one situation', () => {
  expect(walked.toSorted()).toEqual([...ALERTS].toSorted());
});

test('each runbook has a line that is ours, and the others are named', () => {
  for (const alert of walked) expect(linesOf(alert).some((line) => !NOT_OURS.test(line))).toBe(true);
  expect(walked.flatMap(linesOf).filter((line) => NOT_OURS.test(line))).toEqual([
    'kubectl --namespace self-topup rollout restart deployment/self-topup',
    'kubectl --namespace self-topup get pods',
  ]);
});
