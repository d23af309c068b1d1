// Check `from-login`: may whoever has logged in write as everybody whom the From field names?
import type { Check } from '../check.ts';
import { isOwn, writerOf } from '../ownAddress.ts';

/** Every address of every From field must be its own (RFC 6409 section 6.3): readers show one or another of them. */
export const fromLogin: Check = {
  name: 'from-login',
  title: 'From of the login',
  group: 'authentication',
  run: ({ settings, facts: { session, transaction } }) => {
    const value = settings.authentication.fromLogin;
    const writer = writerOf(session);
    const from = transaction?.from;
    if (value === 'any' || writer === undefined || from === undefined) return undefined;
    const found = {
      check: 'from-login',
      setting: 'authentication.fromLogin',
      value,
      evidence: { user: writer.name, aliases: writer.aliases.join(', ') || 'none' },
    } as const;
    const refused = { ...found, action: 'refuse', reason: 'from-not-own' } as const;
    if (from.problem !== undefined) return { ...refused, text: from.problem };
    const foreign = from.addresses.find((address) => !isOwn(settings, value, { writer, address }));
    if (foreign !== undefined) return { ...refused, text: `${writer.name} may not write as ${foreign.raw}` };
    const all = from.addresses.map(({ raw }) => raw).join(', ');
    return { ...found, action: 'record', text: `${writer.name} may write as ${all}` };
  },
};
