// Check `sender-login`: may whoever has logged in name this envelope sender?
import type { Check } from '../check.ts';
import { isOwn, writerOf } from '../ownAddress.ts';

/** RFC 6409 section 6.1 leaves it to the server; the null sender is everybody's (section 3.2 there). */
export const senderLogin: Check = {
  name: 'sender-login',
  title: 'sender of the login',
  group: 'authentication',
  run: ({ settings, facts: { session, transaction } }) => {
    const value = settings.authentication.senderLogin;
    const writer = writerOf(session);
    if (value === 'any' || writer === undefined || transaction === undefined || transaction.sender.raw === '')
      return undefined;
    const { sender } = transaction;
    const isFine = isOwn(settings, value, { writer, address: sender });
    const said = isFine ? { action: 'record' as const } : { action: 'refuse' as const, reason: 'sender-not-own' };
    return {
      check: 'sender-login',
      ...said,
      text: `${writer.name} may ${isFine ? '' : 'not '}send as ${sender.raw}`,
      setting: 'authentication.senderLogin',
      value,
      evidence: { user: writer.name, aliases: writer.aliases.join(', ') || 'none' },
    };
  },
};
