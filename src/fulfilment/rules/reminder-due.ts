import { addSeconds } from '../../kernel/clock.ts';

const LAST_SECONDS = 2 * 3600;

interface Waiting {
  confirmedAt: Date | null;
  paymentExpiresAt: Date | null;
}

/**
 * Returns the number of reminders that an order awaiting payment should have had by now: 1 from half of its time, 2 from two hours before
 * its end. An order that has less than four hours has no second one, because two hours before its end come before the half.
 */
export function remindersDue({ confirmedAt, paymentExpiresAt: end }: Waiting, now: Date): 0 | 1 | 2 {
  if (confirmedAt === null || end === null || now >= end) return 0;
  const half = new Date((confirmedAt.getTime() + end.getTime()) / 2);
  const last = addSeconds(end, -LAST_SECONDS);
  if (now >= last && last > half) return 2;
  return now >= half ? 1 : 0;
}
