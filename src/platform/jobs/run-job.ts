import type { Job, JobHelpers, Task } from 'graphile-worker';
import { reasonOf } from '../telemetry/reason.ts';
import { inSpan, remoteParent, SpanKind, setFacts } from '../telemetry/spans.ts';
import type { JobHandler, JobMeta } from './job.ts';

export interface JobTerms extends Pick<JobMeta, 'log' | 'stopping'> {
  onFinished?: ((job: string, outcome: 'done' | 'failed') => void) | undefined;
}

/** Fields of a payload that link the job to the log and the trace of its origin. */
interface Origin {
  correlationId?: string;
  traceparent?: string;
}

/** Wraps a handler for the library: in a span, logged and counted. */
export function taskOf(handler: JobHandler, terms: JobTerms): Task {
  return async (payload, { job }: JobHelpers): Promise<void> => {
    const { correlationId, traceparent } = (payload ?? {}) as Origin;
    const facts = { job: handler.name, attempt: job.attempts, correlationId };
    try {
      await inSpan(
        `job ${handler.name}`,
        { kind: SpanKind.CONSUMER, facts, within: remoteParent(traceparent) },
        async (span) => {
          await runLogged(handler, payload, job, terms, correlationId);
          setFacts(span, { outcome: 'done' });
        },
      );
    } catch (error) {
      // The library stores the message in the job's row, where commands read it, and logs the stack.
      throw new Error(reasonOf(error));
    }
  };
}

async function runLogged(handler: JobHandler, payload: unknown, job: Job, terms: JobTerms, correlationId?: string) {
  const { id: jobId, attempts: attempt } = job;
  const log = terms.log.child({ job: handler.name, jobId, correlationId });
  const lock = { jobId, attempt, workerId: job.locked_by ?? '' };
  try {
    await handler.run(payload, { ...lock, log, enqueuedAt: job.created_at, stopping: terms.stopping });
    log.info({ event: 'job_done', attempt });
    terms.onFinished?.(handler.name, 'done');
  } catch (error) {
    const { level, event } = failureOf(handler, job);
    log[level]({ event, attempt, reason: reasonOf(error) });
    terms.onFinished?.(handler.name, 'failed');
    throw error;
  }
}

/** An error if the queue does not retry the job, a warning if it does. */
function failureOf({ isRecurring }: JobHandler, { attempts, max_attempts }: Job) {
  if (isRecurring) return { level: 'error', event: 'recurring_job_failed' } as const;
  if (attempts >= max_attempts) return { level: 'error', event: 'job_out_of_attempts' } as const;
  return { level: 'warn', event: 'job_failed' } as const;
}
