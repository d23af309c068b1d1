// VRFY and EXPN: the same answer for every name unless the settings want it told (RFC 5321 sections 3.5 and 7.3).
import type { Mailbox } from '../../contract/facts.ts';
import { mailboxesOf } from '../../policy/mailboxes.ts';
import { international, parseMailbox, readPath } from '../address.ts';
import { extensionSetting, offersSmtpUtf8 } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';
import { isAscii } from '../international.ts';

export function vrfy(d: Dialogue, argument: string): Answer {
  const { vrfy: policy } = d.settings.acceptance.extensions;
  if (policy === 'off')
    return d.wrong('command', 'not-implemented', { because: `${extensionSetting(d.facts.connection, 'vrfy')} is off` });
  const name = asked(d, 'VRFY', argument);
  if (typeof name !== 'string') return name;
  return policy === 'tell'
    ? told(d, name)
    : d.plain('command', 'vrfy', 'the same answer for every name keeps the list of users private');
}

export function expn(d: Dialogue, argument: string): Answer {
  if (d.settings.acceptance.extensions.expn === 'off')
    return d.wrong('command', 'not-implemented', { because: `${extensionSetting(d.facts.connection, 'expn')} is off` });
  const name = asked(d, 'EXPN', argument);
  if (typeof name !== 'string') return name;
  return d.plain('command', 'expn', 'the same answer for every name keeps the list of users private');
}

/** The name behind the verb, or what is wrong with it: `SMTPUTF8` behind the name lets it be above ASCII (RFC 6531 section 3.7.4.2). */
function asked(d: Dialogue, verb: 'VRFY' | 'EXPN', argument: string): string | Answer {
  // By index and not by expression: a line of blanks would cost an expression the square of its length.
  const blank = Math.max(argument.lastIndexOf(' '), argument.lastIndexOf('\t'));
  const hasParameter = blank >= 0 && argument.slice(blank + 1).toUpperCase() === 'SMTPUTF8';
  const name = hasParameter ? argument.slice(0, blank).trimEnd() : argument;
  if (name === '' || name.toUpperCase() === 'SMTPUTF8')
    return d.wrong('command', 'syntax', {
      because: `${verb} takes a name (RFC 5321 section 4.1.1.6)`,
      detail: `${verb} name`,
    });
  if (hasParameter && !offersSmtpUtf8(d.settings))
    return d.wrong('command', 'parameter-unknown', {
      because: 'the parameter belongs to SMTPUTF8, which is not offered here (RFC 5321 section 4.1.1.11)',
      detail: 'SMTPUTF8',
    });
  if (!hasParameter && !isAscii(name))
    return d.wrong('command', 'smtputf8-recipient', {
      because: 'a name above ASCII needs SMTPUTF8 behind it (RFC 6531 section 3.7.4.2)',
    });
  return name;
}

/** RFC 5321 section 3.5.1: 250 with the mailbox, 550 for a name of nobody, 553 for one of several. */
function told(d: Dialogue, name: string): Answer {
  const mailbox = mailboxIn(name);
  const [one, ...more] = mailbox ? mailboxesOf(d.settings, mailbox) : [];
  if (one === undefined) return d.plain('command', 'vrfy-unknown', 'no mailbox of ours has this name');
  if (more.length > 0) return d.plain('command', 'vrfy-ambiguous', `${more.length + 1} local domains have this name`);
  return { ...d.plain('command', 'vrfy-found', 'the mailbox is ours'), values: { mailbox: one } };
}

/** A mailbox with or without brackets, or a local part alone. */
function mailboxIn(name: string): Pick<Mailbox, 'local' | 'domain'> | undefined {
  const read = name.startsWith('<') ? readPath(name) : parseMailbox(name.includes('@') ? name : `${name}@x`);
  if (!read.ok || read.end !== (name.includes('@') || name.startsWith('<') ? name.length : name.length + 2))
    return undefined;
  const { local, domain } = international(read) as Mailbox;
  return { local, domain: name.includes('@') ? domain : '' };
}
