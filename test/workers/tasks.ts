// Tasks for workers under test, and what the test program says of them.
import { fileURLToPath } from 'node:url';
import { defaults, type Settings, settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import type { MessageAnswer } from '../../core/contract/senderAnswers.ts';
import type { MessageTask } from '../../core/message/examine.ts';

/** Path of the program whose tasks can be told to crash, hang and so on. */
export const program = fileURLToPath(new URL('./program.ts', import.meta.url));

export const workersOf = (over: SettingsInput['workers'] = {}): Settings['workers'] =>
  settingsSchema.parse({ workers: over }).workers;

export function taskOf(text: string, over: Partial<MessageTask> = {}): MessageTask {
  return {
    chunks: [new Uint8Array(Buffer.from(text, 'latin1'))],
    want: ['sha256'],
    sender: defaults.sender,
    dns: defaults.dns,
    hostname: 'gate.example',
    peer: '192.0.2.7',
    helo: 'client.example',
    mailFrom: { raw: '', local: '', domain: '' },
    now: 0,
    chance: 0,
    ...over,
  };
}

export interface Told {
  readonly thread: number;
  readonly octets: number;
  readonly chunks: number;
  readonly zone: number;
  readonly results: boolean;
  /** Different settings of DNS the thread has seen. */
  readonly settingsRead: number;
}

export const toldBy = ({ sha256 = '{}' }: MessageAnswer): Told => JSON.parse(sha256) as Told;
