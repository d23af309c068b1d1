// Plays the logins of a step, one after the other on one connection, and says what differed from what was to be heard.
import { matches, named, told } from '../reply.ts';
import { unlikeBefore } from './asked.ts';
import { type Line, type LoginPlay, playLogin, type Recording } from './exchange.ts';

/** What differed: at what the step says is to be heard (`expect`), or on the way (`hear`). */
export interface LoginDifference {
  readonly kind: 'expect' | 'hear';
  readonly expected: string;
  readonly heard: string;
}

export interface Series {
  /** Of the last login. */
  readonly recording: Recording | undefined;
  readonly difference?: LoginDifference;
}

/** `isOver`: the server has closed or said 421, or the client is to leave; the series ends there without a difference. */
export async function playLogins(play: LoginPlay, line: Line & { readonly isOver: () => boolean }): Promise<Series> {
  const { times = 1, hear, asked } = play.login;
  const expected = hear === undefined ? 'a reply' : named(hear);
  const kind = hear === undefined ? 'hear' : 'expect';
  let recording = play.before;
  for (let time = 0; time < times && !line.isOver(); time += 1) {
    const ended = await playLogin({ ...play, before: recording }, line);
    const before = recording;
    recording = ended.recording;
    const { reply, distrusts } = ended;
    if (reply !== undefined && hear !== undefined && !matches(reply, hear)) {
      const heard = distrusts === undefined ? told(reply) : `${told(reply)}; ${distrusts}`;
      return { recording, difference: { kind, expected, heard } };
    }
    if (distrusts !== undefined)
      return { recording, difference: { kind, expected: 'an exchange to go on with', heard: distrusts } };
    const unlike = asked === undefined ? undefined : unlikeBefore(asked, recording.said, before?.said);
    if (unlike !== undefined) return { recording, difference: { kind: 'expect', ...unlike } };
    if (reply === undefined && !line.isOver())
      return { recording, difference: { kind: 'hear', expected, heard: 'nothing' } };
  }
  return { recording };
}
