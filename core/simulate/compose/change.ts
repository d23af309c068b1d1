// What hosts on the way do to a message that is not theirs: changes, forwarding, a mailing list.
import type { Change, Forward, List } from '../../contract/scenarioMessage.ts';
import { segmentsOf } from '../bytes.ts';
import { asOctets, type Draft, isNamed, onTop, valueOf, withTail, withValue } from './draft.ts';
import { dateText } from './mime.ts';

export function changed(draft: Draft, change: Change): Draft {
  const { prefix, append, set = {}, add, remove, rename = {}, fold, wrap, encode } = change;
  let now = draft;
  if (remove !== undefined) now = { ...now, fields: now.fields.filter((field) => !isNamed(...remove)(field)) };
  for (const [from, to] of Object.entries(rename))
    now = {
      ...now,
      fields: now.fields.map((field) => (isNamed(from)(field) ? to + field.slice(field.indexOf(':')) : field)),
    };
  for (const [name, value] of Object.entries(set)) now = withValue(now, name, asOctets(value));
  if (prefix !== undefined) now = withValue(now, 'Subject', `${asOctets(prefix)}${valueOf(now, 'subject') ?? ''}`);
  if (fold !== undefined)
    now = { ...now, fields: now.fields.map((field) => (isNamed(...fold)(field) ? folded(field) : field)) };
  if (append !== undefined)
    now = withTail(
      now,
      segmentsOf(append)
        .map((one) => one.toString('latin1'))
        .join(''),
    );
  if (wrap !== undefined) now = { ...now, body: wrapped(now.body, wrap) };
  if (encode !== undefined) now = quotedPrintable(now);
  if (add !== undefined) now = onTop(now, ...segmentsOf(add).map((one) => one.toString('latin1')));
  return now;
}

const folded = (field: string) => field.replace(/[ \t](?=[^ \t]*$)/, '\r\n ');

const wrapped = (body: string, most: number) =>
  body
    .split('\r\n')
    .map((line) => line.match(new RegExp(`.{1,${most}}`, 'gs'))?.join('\r\n') ?? '')
    .join('\r\n');

/** RFC 2045 section 6.7: what is not printable, a blank at the end of a line and `=` are written as =XX. */
function quotedPrintable(draft: Draft): Draft {
  const lines = draft.body.split('\r\n').map((line) => {
    const pieces = [...line].map((one, at) =>
      /[!-<>-~]/.test(one) || (/[ \t]/.test(one) && at < line.length - 1)
        ? one
        : `=${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
    let [text, used] = ['', 0];
    for (const piece of pieces) {
      if (used + piece.length > 75) [text, used] = [`${text}=\r\n`, 0];
      text += piece;
      used += piece.length;
    }
    return text;
  });
  return withValue({ ...draft, body: lines.join('\r\n') }, 'Content-Transfer-Encoding', 'quoted-printable');
}

/** As hosts do that pass mail on: a Received on top (RFC 5321 section 4.4), and the sender it had, where they deliver first. */
export function forwarded(draft: Draft, forward: Forward, now: number): Draft {
  const { by = 'forwarder.example', heard = 'mail.example.org', address = '192.0.2.10', returnPath } = forward;
  const whom = forward.for === undefined ? '' : `\r\n\tfor <${forward.for}>`;
  const literal = address.includes(':') ? `IPv6:${address}` : address;
  const received = `Received: from ${heard} (${heard} [${literal}])\r\n\tby ${by} with ESMTP${whom};\r\n\t${dateText(now)}`;
  return onTop(draft, ...(returnPath === undefined ? [] : [`Return-Path: <${asOctets(returnPath)}>`]), received);
}

/** As mailing lists do (RFC 2369, RFC 2919): their tag and footer break what was signed before. */
export function listed(draft: Draft, list: List, at: number): Draft {
  const [name = '', domain = ''] = list.address.split('@');
  const { tag = `[${name}]`, footer = `_______________________________________________\r\n${name} mailing list\r\n` } =
    list;
  const author = valueOf(draft, 'from') ?? '';
  const subject = valueOf(draft, 'subject') ?? '';
  const isTagged = tag === '' || subject.includes(asOctets(tag));
  let now = isTagged ? draft : withValue(draft, 'Subject', `${asOctets(tag)} ${subject}`);
  if (list.rewrite === true) {
    const shown = /^"?([^"<]+?)"? *</.exec(author)?.[1] ?? author.replace(/@.*/, '');
    now = withValue(now, 'From', `"${shown} via ${name}" <${list.address}>`);
    now = withValue(now, 'Reply-To', author);
  }
  if (footer !== '') now = withTail(now, asOctets(footer.replace(/\r?\n/g, '\r\n')));
  const own = [
    `Sender: <${name}-bounces@${domain}>`,
    `List-Id: <${name}.${domain}>`,
    `List-Post: <mailto:${list.address}>`,
    `List-Unsubscribe: <mailto:${name}-request@${domain}?subject=unsubscribe>`,
    'Precedence: list',
  ];
  return forwarded(onTop(now, ...own), { by: domain, for: list.address }, at);
}
