// Check `null-sender-rate`: do more bounces come to one recipient, or from one peer, than anybody can have caused?
import type { Rate } from '../../contract/facts.ts';
import type { Settings } from '../../contract/settings/settings.ts';
import type { Check } from '../check.ts';
import { judgeRate } from '../rateFinding.ts';

/** Single bounces must always be taken (RFC 5321 section 4.5.5): what is too many is put off, never refused for good. */
export const nullSenderRate: Check = {
  name: 'null-sender-rate',
  title: 'messages from the null sender',
  group: 'protection',
  run: ({ settings, facts: { transaction } }) =>
    transaction?.nullSenderRates?.map((rate) => judged(rate, settings.protection.nullSenders)),
};

function judged(rate: Rate, { timeInterval, ...limits }: Settings['protection']['nullSenders']) {
  const name = rate.of === 'peer' ? 'peerMaxMessages' : 'recipientMaxMessages';
  return judgeRate(rate, {
    check: 'null-sender-rate',
    what: 'message from the null sender',
    name: `messages from the null sender ${rate.of === 'peer' ? 'of the peer' : 'for the recipient'} in the interval`,
    limit: limits[name],
    timeInterval,
    setting: `protection.nullSenders.${name}`,
    reason: 'too-many-null-senders',
  });
}
