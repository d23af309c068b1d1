// ETRN: a client asks for the mail that waits for it (RFC 1985); nothing ever waits here.
import type { Answer, Dialogue } from '../dialogue.ts';
import { isDomain } from '../address.ts';
import { extensionSetting } from '../capabilities.ts';

export function etrn(d: Dialogue, argument: string): Answer {
  const { etrn: policy } = d.settings.acceptance.extensions;
  const setting = extensionSetting(d.facts.connection, 'etrn');
  if (policy === 'off') return d.wrong('command', 'not-implemented', { because: `${setting} is off` });
  if (!d.facts.session.helo)
    return d.wrong('command', 'sequence-ehlo-first', { because: 'ETRN before EHLO (RFC 1985 section 5)' });
  if (d.facts.transaction)
    return d.wrong('command', 'sequence-nested-mail', {
      because: 'ETRN within a mail transaction (RFC 1985 section 5)',
    });
  if (!isNode(argument))
    return d.wrong('command', 'syntax', { because: 'ETRN takes a node (RFC 1985 section 5)', detail: 'ETRN node' });
  const values = { node: argument };
  if (policy === 'refuse') return { ...d.plain('command', 'etrn-refused', `${setting} is refuse`), values };
  return { ...d.plain('command', 'etrn-nothing', 'nothing ever waits here'), values };
}

/** A host; `@` in front means its subdomains too, `#` a queue of the server's own naming. */
function isNode(text: string): boolean {
  if (text.startsWith('#')) return /^#[\x21-\x7e]{1,255}$/.test(text);
  return isDomain(text.replace(/^@/, ''));
}
