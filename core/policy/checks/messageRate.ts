// Check `message-rate`: has the peer, or whoever has logged in, begun more messages than it may, over all sessions?
import type { Check } from '../check.ts';
import { judgeRate, type RateLimit } from '../rateFinding.ts';

const found = {
  peer: {
    check: 'message-rate',
    what: 'message',
    name: 'messages of the peer in its interval',
    setting: 'protection.rates.peerMaxMessages',
    reason: 'too-many-messages-of-peer',
  },
  account: {
    check: 'message-rate',
    what: 'message',
    name: 'messages of the account in its interval',
    setting: 'protection.rates.accountMaxMessages',
    reason: 'too-many-messages-of-account',
  },
} as const satisfies Record<string, Omit<RateLimit, 'limit' | 'timeInterval'>>;

/**
 * Each MAIL counts, accepted or not (Postfix, smtpd_client_message_rate_limit). 451 for the peer, as RFC 5321 section 4.3.2
 * has no 450 for MAIL; 452 for the account.
 */
export const messageRate: Check = {
  name: 'message-rate',
  title: 'messages of peer and account',
  group: 'protection',
  run: ({ settings, facts: { transaction } }) => {
    if (transaction?.messageRates === undefined) return undefined;
    const { peerMaxMessages, accountMaxMessages, timeInterval } = settings.protection.rates;
    return transaction.messageRates.map((rate) =>
      rate.of === 'account'
        ? judgeRate(rate, { ...found.account, limit: accountMaxMessages, timeInterval })
        : judgeRate(rate, { ...found.peer, limit: peerMaxMessages, timeInterval }),
    );
  },
};
