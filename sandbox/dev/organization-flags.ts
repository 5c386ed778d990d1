import type { Provider, ResolutionDetails } from '@openfeature/server-sdk';

/** Flags for single organizations; every other answer comes from `rest`, the product's own table. */
export class OrganizationFlags implements Provider {
  readonly metadata = { name: 'organization_flags' };
  readonly runsOn = 'server';
  private readonly switched = new Map<string, boolean>();

  constructor(private readonly rest: () => Promise<Provider>) {}

  switchFlag(organizationId: string, key: string, isOn: boolean): void {
    this.switched.set(`${organizationId} ${key}`, isOn);
  }

  async resolveBooleanEvaluation(
    ...[key, fallback, context, logger]: Parameters<Provider['resolveBooleanEvaluation']>
  ): Promise<ResolutionDetails<boolean>> {
    const value = this.switched.get(`${context.targetingKey} ${key}`);
    if (value !== undefined) return { value, reason: 'TARGETING_MATCH' };
    return (await this.rest()).resolveBooleanEvaluation(key, fallback, context, logger);
  }

  async resolveStringEvaluation(...terms: Parameters<Provider['resolveStringEvaluation']>) {
    return (await this.rest()).resolveStringEvaluation(...terms);
  }

  async resolveNumberEvaluation(...terms: Parameters<Provider['resolveNumberEvaluation']>) {
    return (await this.rest()).resolveNumberEvaluation(...terms);
  }

  async resolveObjectEvaluation(): Promise<never> {
    throw new Error('No flag of the product is an object.');
  }
}
