// Check `greylist`: has this network sent from this sender to this recipient before, and waited long enough?
import type { Check, PolicyContext } from '../check.ts';
import type { GreylistAnswer } from '../../contract/senderAnswers.ts';
import type { Finding } from '../../contract/verdict.ts';
import { constant } from '../constant.ts';
import { exemptFrom } from '../senderExempt.ts';

/**
 * RFC 6647. Asked at each RCPT that nothing else stands against. Messages of the null sender wait as others do: what sends a
 * bounce comes again, and the triplet of their recipient is soon known.
 */
export const greylist: Check = {
  name: 'greylist',
  title: 'greylisting',
  group: 'sender',
  run: (context) => {
    const { enabled, exemptSpf } = context.settings.sender.greylist;
    const { transaction } = context.facts;
    if (!enabled || !transaction?.recipient) return undefined;
    const spared = exemptFrom('greylist', 'greylist', context);
    if (spared) return spared;
    const { spfMail, sender, recipient } = transaction;
    // The null sender's identity is the EHLO name's postmaster, which vouches as well (RFC 7208 section 2.4).
    if (exemptSpf && spfMail?.result === 'pass') return vouchedFor(context, spfMail.domain);
    return judged(context.inquiry.greylist({ sender: sender.raw, recipient: recipient.raw }), context);
  },
};

function vouchedFor({ settings }: PolicyContext, domain: string): Finding {
  return constant(settings, `greylist spf ${domain}`, () => ({
    check: 'greylist',
    action: 'ignore',
    spare: true,
    text: `no greylisting: ${domain} vouches for the address (SPF pass)`,
    setting: 'sender.greylist.exemptSpf',
    value: true,
  }));
}

function judged(answer: GreylistAnswer, { settings }: PolicyContext): Finding {
  const { state, network, recipient, relief } = answer;
  const { delay, window, lifetime } = settings.sender.greylist;
  const sender = answer.sender === '' ? '<>' : answer.sender;
  const wait = Math.ceil(relief / 1000);
  const words = {
    new: `met for the first time: ${wait} s to wait`,
    early: `came again too early: ${wait} s left to wait`,
    late: `came again after more than ${window} s: ${wait} s to wait anew`,
    passed: 'waited long enough',
    known: 'known',
  } as const satisfies Record<GreylistAnswer['state'], string>;
  const isLetIn = state === 'passed' || state === 'known';
  const setting = { new: 'delay', early: 'delay', late: 'window', passed: 'delay', known: 'lifetime' } as const;
  return {
    check: 'greylist',
    ...(isLetIn ? { action: 'record' } : { action: 'defer', reason: 'greylisted' }),
    text: `${network}, ${sender} and ${recipient}: ${words[state]}`.replace(/[^\x20-\x7e]/g, '?'),
    setting: `sender.greylist.${setting[state]}`,
    value: { delay, window, lifetime }[setting[state]],
    answer,
    evidence: { network, sender, recipient, wait: String(wait) },
  };
}
