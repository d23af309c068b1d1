// HELP: names the commands where the settings offer it (RFC 5321 section 4.1.1.8).
import type { Answer, Dialogue } from '../dialogue.ts';

export function help(d: Dialogue): Answer {
  if (!d.settings.acceptance.extensions.help)
    return d.wrong('command', 'not-implemented', { because: 'acceptance.extensions.help is off' });
  return d.plain('command', 'help', 'the client has asked for help');
}
