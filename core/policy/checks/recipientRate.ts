// Check `recipient-rate`: has the peer, or whoever has logged in, named more recipients than it may, over all sessions?
import type { Check } from '../check.ts';
import { judgeRate, type RateLimit } from '../rateFinding.ts';

const found = {
  peer: {
    check: 'recipient-rate',
    what: 'recipient',
    name: 'recipients of the peer in its interval',
    setting: 'protection.rates.peerMaxRecipients',
    reason: 'too-many-recipients-of-peer',
  },
  account: {
    check: 'recipient-rate',
    what: 'recipient',
    name: 'recipients of the account in its interval',
    setting: 'protection.rates.accountMaxRecipients',
    reason: 'too-many-recipients-of-account',
  },
} as const satisfies Record<string, Omit<RateLimit, 'limit' | 'timeInterval'>>;

/** Each RCPT counts, accepted or not (Postfix, smtpd_client_recipient_rate_limit). */
export const recipientRate: Check = {
  name: 'recipient-rate',
  title: 'recipients of peer and account',
  group: 'protection',
  run: ({ settings, facts: { transaction } }) => {
    if (transaction?.recipientRates === undefined) return undefined;
    const { peerMaxRecipients, accountMaxRecipients, timeInterval } = settings.protection.rates;
    return transaction.recipientRates.map((rate) =>
      rate.of === 'account'
        ? judgeRate(rate, { ...found.account, limit: accountMaxRecipients, timeInterval })
        : judgeRate(rate, { ...found.peer, limit: peerMaxRecipients, timeInterval }),
    );
  },
};
