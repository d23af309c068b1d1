// HELP: names the commands that are offered now, where the settings offer it (RFC 5321 section 4.1.1.8).
import { extensionSetting, offeredMechanisms, offersStartTls, offersXclient } from '../capabilities.ts';
import type { Answer, Dialogue } from '../dialogue.ts';

export function help(d: Dialogue): Answer {
  if (!d.settings.acceptance.extensions.help)
    return d.wrong('command', 'not-implemented', {
      because: `${extensionSetting(d.facts.connection, 'help')} is off`,
    });
  const commands = offeredCommands(d).join(' ');
  return { ...d.plain('command', 'help', 'the client has asked for help'), values: { commands } };
}

function offeredCommands(d: Dialogue): readonly string[] {
  const { settings, facts, wire } = d;
  const { extensions } = settings.acceptance;
  const { listener } = facts.connection;
  const offered: readonly (readonly [command: string, isOffered: boolean])[] = [
    ['EHLO', true],
    ['HELO', true],
    ['STARTTLS', offersStartTls(settings, listener, wire.secured)],
    ['AUTH', offeredMechanisms(settings, wire.secured, facts.session.tls).length > 0],
    ['MAIL', true],
    ['RCPT', true],
    ['DATA', true],
    ['BDAT', extensions.chunking],
    ['RSET', true],
    ['NOOP', true],
    ['VRFY', extensions.vrfy !== 'off'],
    ['EXPN', extensions.expn !== 'off'],
    ['ETRN', extensions.etrn !== 'off'],
    ['XCLIENT', offersXclient(facts.connection)],
    ['HELP', true],
    ['QUIT', true],
  ];
  return offered.flatMap(([command, isOffered]) => (isOffered ? [command] : []));
}
