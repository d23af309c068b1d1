// Check `dkim-replay`: has this signature come too often within the interval?
import type { Check } from '../check.ts';
import { verified } from '../dkimCopies.ts';
import { exemptFrom } from '../senderExempt.ts';
import { ordinal } from '../wording.ts';

/** RFC 6376 section 8.6: whoever gets one signed message out of a provider can send it to the world. */
export const dkimReplay: Check = {
  name: 'dkim-replay',
  title: 'replayed signatures',
  group: 'sender',
  run: (context) => {
    const { enabled, maxReplays, replayInterval } = context.settings.sender.dkim;
    if (!enabled || maxReplays === 0 || exemptFrom('dkim', 'dkim-replay', context)) return undefined;
    return verified(context, (answer) => {
      const most = answer.signatures.reduce<(typeof answer.signatures)[number] | undefined>(
        (first, next) => ((next.copies ?? 0) > (first?.copies ?? 0) ? next : first),
        undefined,
      );
      const copies = most?.copies ?? 0;
      if (most === undefined || copies <= maxReplays) return undefined;
      return {
        check: 'dkim-replay',
        action: 'defer',
        reason: 'dkim-replayed',
        text: `the ${ordinal(copies)} copy of a signature of ${most.domain} within ${replayInterval} s, ${maxReplays} allowed`,
        setting: 'sender.dkim.maxReplays',
        value: maxReplays,
        counter: { name: 'copies of the signature', value: copies, limit: maxReplays },
        answer,
        evidence: { domain: most.domain, selector: most.selector, signature: most.id },
      };
    });
  },
};
