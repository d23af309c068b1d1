// Check `recipient-rate`: has the peer named more recipients than it may, over all sessions?
import type { Check } from '../check.ts';
import { judgeRate } from '../rateFinding.ts';

/** Each RCPT counts, accepted or not (Postfix, smtpd_client_recipient_rate_limit). */
export const recipientRate: Check = {
  name: 'recipient-rate',
  title: 'recipients of the peer',
  group: 'protection',
  run: ({ settings, facts: { transaction } }) => {
    if (transaction?.recipientRate === undefined) return undefined;
    const { peerMaxRecipients: limit, timeInterval } = settings.protection.rates;
    return judgeRate(transaction.recipientRate, {
      check: 'recipient-rate',
      what: 'recipient',
      name: 'recipients of the peer in its interval',
      limit,
      timeInterval,
      setting: 'protection.rates.peerMaxRecipients',
      reason: 'too-many-recipients-of-peer',
    });
  },
};
