// Check `message-rate`: has the peer begun more messages than it may, over all sessions?
import type { Check } from '../check.ts';
import { judgeRate } from '../rateFinding.ts';

/** Each MAIL counts, accepted or not (Postfix, smtpd_client_message_rate_limit). 451, as RFC 5321 section 4.3.2 has no 450 for MAIL. */
export const messageRate: Check = {
  name: 'message-rate',
  title: 'messages of the peer',
  group: 'protection',
  run: ({ settings, facts: { transaction } }) => {
    if (transaction?.messageRate === undefined) return undefined;
    const { peerMaxMessages: limit, timeInterval } = settings.protection.rates;
    return judgeRate(transaction.messageRate, {
      check: 'message-rate',
      what: 'message',
      name: 'messages of the peer in its interval',
      limit,
      timeInterval,
      setting: 'protection.rates.peerMaxMessages',
      reason: 'too-many-messages-of-peer',
    });
  },
};
