import type { ListedSubscription } from '../event-delivery/index.ts';

/** Returns the lines that show a subscription to an operator. */
export function describeSubscription(each: ListedSubscription): string[] {
  const { id, organizationId, url, types, waiting, retrying, givenUp } = each;
  const whose = organizationId === null ? 'all organizations' : `organization ${organizationId}`;
  return [
    `${id}  ${whose}  ${url}  ${types.length === 0 ? 'all types' : types.join(' ')}`,
    `    ${stateOf(each)}; ${waiting} orders waiting, ${retrying} of them refused before; ${givenUp} with a step that was given up`,
  ];
}

function stateOf({
  disabledAt,
  disabledCause,
  disabledReason,
  failingSince,
  lastError,
  deliveredAt,
}: ListedSubscription) {
  if (disabledAt !== null) return `DISABLED (${disabledCause}) ${disabledAt.toISOString()}: ${disabledReason}`;
  if (failingSince !== null) return `failing since ${failingSince.toISOString()}: ${lastError}`;
  return deliveredAt === null ? 'enabled, nothing sent yet' : `enabled, last delivery ${deliveredAt.toISOString()}`;
}
