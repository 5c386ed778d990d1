/** Empty, because the API has no interface and no union. Give it to the cache, which then learns of the first one with an update. */
export const possibleTypes: Record<string, string[]> = {};
