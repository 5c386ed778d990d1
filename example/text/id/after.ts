import { history } from './history.ts';
import { order, pay } from './order.ts';
import { statement } from './statement.ts';

/** The words of the screens after the first. */
export const idAfter = { order, pay, history, statement };
