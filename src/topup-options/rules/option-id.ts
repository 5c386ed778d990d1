/** The id of an option, unique per organization: "<organization>:<code>". */
export function optionId(organizationId: string, code: string): string {
  return `${organizationId}:${code}`;
}

/** undefined if the text is not an option id. Codes contain no colon; organization ids may. */
export function parseOptionId(id: string): { organizationId: string; code: string } | undefined {
  const at = id.lastIndexOf(':');
  if (at <= 0 || at === id.length - 1) return undefined;
  return { organizationId: id.slice(0, at), code: id.slice(at + 1) };
}
