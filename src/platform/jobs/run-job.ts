import type { Job, JobHelpers, Task } from 'graphile-worker';
import { reasonOf } from '../telemetry/reason.ts';
import { inSpan, remoteParent, SpanKind, setFacts } from '../telemetry/spans.ts';
import type { JobHandler, JobMeta } from './job.ts';

export interface JobTerms extends Pick<JobMeta, 'log' | 'stopping'> {
  onFinished?: ((job: string, outcome: 'done' | 'failed') => void) | undefined;
}

/** The fields of a payload that continue the log and the trace in which the job was enqueued. */
interface Origin {
  correlationId?: string;
  traceparent?: string;
}

/** A handler as the library calls it: within a span, and logged and counted however it ends. */
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
      // The library writes the message into the job's row, where commands read it, and logs the stack.
      throw new Error(reasonOf(error));
    }
  };
}

async function runLogged(handler: JobHandler, payload: unknown, job: Job, terms: JobTerms, correlationId?: string) {
  const { id: jobId, attempts: attempt } = job;
  const log = terms.log.child({ job: handler.name, jobId, correlationId });
  const lock = { jobId, attempt, workerId: job.locked_by ?? '' };
  try {
    await handler.run(payload, { ...lock, log, stopping: terms.stopping });
    log.info({ event: 'job_done', attempt });
    terms.onFinished?.(handler.name, 'done');
  } catch (error) {
    const { level, event } = failureOf(handler, job);
    log[level]({ event, attempt, reason: reasonOf(error) });
    terms.onFinished?.(handler.name, 'failed');
    throw error;
  }
}

/** An error where the queue tries no more by itself; a warning where it does. */
function failureOf({ isRecurring }: JobHandler, { attempts, max_attempts }: Job) {
  if (isRecurring) return { level: 'error', event: 'recurring_job_failed' } as const;
  if (attempts >= max_attempts) return { level: 'error', event: 'job_out_of_attempts' } as const;
  return { level: 'warn', event: 'job_failed' } as const;
}
