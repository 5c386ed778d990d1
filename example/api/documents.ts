/** The client package, read from its source, because a checkout has no build of it. The page has no operation and no type of its own. */
export * from '../../packages/client/src/index.ts';
