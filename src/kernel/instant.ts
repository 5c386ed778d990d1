const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** An instant as partners write it, RFC 3339; without an offset it is read as UTC, wherever this runs. undefined: it is none. */
export function parseInstant(text: string): Date | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const instant = new Date(match[4] === undefined ? `${text}Z` : text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}
