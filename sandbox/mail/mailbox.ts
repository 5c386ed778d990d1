import { type Arrivals, createArrivals } from '../arrivals.ts';
import { Refusal } from '../server/reply.ts';
import type { Message } from './message.ts';

/** The newest 500 mails that were accepted, oldest first. */
export interface Mailbox {
  messages(): readonly Message[];
  add(message: Message): void;
  /** Throws a Refusal (404). */
  find(id: string): Message;
  clear(): void;
  arrivals: Arrivals<Message>;
}

const MAX_MESSAGES = 500;

export function createMailbox(): Mailbox {
  let messages: Message[] = [];
  const arrivals = createArrivals('mail', () => messages);
  return {
    messages: () => messages,
    add(message) {
      messages = [...messages, message].slice(-MAX_MESSAGES);
      arrivals.announce(message);
    },
    find(id) {
      const message = messages.find((each) => each.id === id);
      if (message === undefined) throw new Refusal(404, 'message_not_found', 'there is no such mail');
      return message;
    },
    clear() {
      messages = [];
    },
    arrivals,
  };
}
