// What a session asks outside about its sender: DNS, the workers, and what is remembered of others.
import type { Inquiry } from '../policy/check.ts';
import type { Dialogue } from './dialogue.ts';

/** What a session can ask; made anew when XCLIENT names another client. */
export type AskSender = (d: Dialogue) => Inquiry;

const unasked = (): never => {
  throw new Error('nobody to ask');
};

/** Where nobody can be asked, as before the greeting. */
export const nobody: Inquiry = {
  reverse: unasked,
  ehloName: unasked,
  senderDomain: unasked,
  list: unasked,
  message: unasked,
  greylist: unasked,
  copies: unasked,
};
