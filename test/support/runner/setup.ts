import 'reflect-metadata';
import { afterEach, beforeEach } from 'vitest';
import { exchanges } from './exchanges.ts';

// Runs before each file. Files of one process share their modules, and a hook in one of those would belong to the first file alone.
beforeEach(() => {
  exchanges.length = 0;
});
/** When an expectation fails, the report shows what the test asked and was answered. */
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.error(exchanges.slice(-5).join('\n'));
});
