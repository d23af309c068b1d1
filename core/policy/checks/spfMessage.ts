// Check `spf-message`: what SPF found earlier and answers at the end of the message.
import type { Finding } from '../../contract/verdict.ts';
import type { Check, PolicyContext } from '../check.ts';
import { waiting } from '../spfPolicy.ts';

export const spfMessage: Check = {
  name: 'spf-message',
  title: 'SPF, acting on the message',
  group: 'sender',
  run: (context) => {
    const acting = waiting('spf-message', 'message', context);
    return acting === undefined ? undefined : (proved(acting, context) ?? acting);
  },
};

/**
 * A forwarder's address is none of the sender's, and its signature still holds: who sends by SPF and DKIM asks in DMARC for
 * both to count (RFC 7489 section 10.1).
 */
function proved(acting: Finding | readonly Finding[], { settings, facts }: PolicyContext): Finding | undefined {
  const found = facts.transaction?.found?.dmarc;
  if (!settings.sender.spf.exemptDmarc || found?.result !== 'pass' || 'spare' in acting) return undefined;
  return {
    check: 'spf-message',
    action: 'record',
    spare: true,
    text: `SPF does not act: DMARC passes for ${found.author ?? 'the author'}`,
    setting: 'sender.spf.exemptDmarc',
    value: true,
    answer: found,
  };
}
