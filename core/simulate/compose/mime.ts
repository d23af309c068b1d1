// The message as its author writes it: nodemailer makes the header and the parts, clock and chance are the world's.
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Composed, Moment } from '../../contract/scenarioMessage.ts';
import { msOf } from '../../contract/span.ts';
import type { World } from '../../world/world.ts';
import { segmentsOf } from '../bytes.ts';
import { type Draft, draftOf, isNamed } from './draft.ts';

/** ms since 1970 of a moment. */
export function momentOf(moment: Moment | undefined, now: number): number {
  if (moment === undefined) return now;
  return 'ago' in moment ? now - msOf(moment.ago) : now + msOf(moment.in);
}

/** RFC 5322 section 3.3, in UTC. */
export const dateText = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');

type Clock = Pick<World, 'now' | 'random'>;

/** The message before anything happens to it. */
export async function written(message: Composed, world: Clock): Promise<Draft> {
  if (message.raw !== undefined) return draftOf(Buffer.concat(segmentsOf(message.raw)));
  const made = draftOf(await built(message, world));
  const own = made.fields.filter((field) => !isNamed(...(message.without ?? []))(field));
  const more = segmentsOf(message.fields ?? []).map((one) => one.toString('latin1'));
  return { fields: [...own, ...more], body: made.body };
}

/** What nodemailer makes of author, recipient, subject, text and attachments. */
function built(message: Composed, world: Clock): Promise<Buffer> {
  const { from = 'Alice <alice@example.org>', to = 'bob@example.com', subject = 'Test message' } = message;
  const { text, html, attachments = [] } = message;
  const chance = Buffer.from(world.random(12)).toString('hex');
  const domain = /@([^\s@<>"]+?)>?\s*$/.exec(from)?.[1] ?? 'example.org';
  const composer = new MailComposer({
    from,
    to,
    subject,
    date: new Date(momentOf(message.date, world.now())),
    messageId: message.messageId ?? `<${chance}@${domain}>`,
    baseBoundary: chance,
    ...(text === undefined && html !== undefined ? {} : { text: text ?? 'A message that was composed.\n' }),
    ...(html === undefined ? {} : { html }),
    attachments: attachments.map(({ filename, content, type }) => ({
      filename,
      content: Buffer.concat(segmentsOf(content)),
      ...(type === undefined ? {} : { contentType: type }),
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: '\r\n',
  });
  return composer.compile().build();
}
