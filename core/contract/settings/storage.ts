// Queue and logging: what is kept of mail and sessions, and which lines are written to the log.
import { choice, record, set, text, whole } from './leaf.ts';

const LOG = 'AXIGEN 10.3.1 axigen.cfg; documentation, Logging';

export const queue = record(
  {
    keepMessages: whole({
      title: 'Messages kept',
      help: 'The newest that many accepted messages are kept; older ones are removed. 0 = all.',
      unit: 'messages',
      source: 'Gatehouse',
      basis: 'ours',
      min: 0,
      max: 10_000_000,
      default: 100_000,
    }),
    keepSessions: whole({
      title: 'Sessions kept',
      help: 'The newest that many closed sessions are kept with their transcripts; older ones are removed. 0 = all.',
      unit: 'sessions',
      source: 'Gatehouse',
      basis: 'ours',
      min: 0,
      max: 10_000_000,
      default: 100_000,
    }),
  },
  {
    title: 'Queue',
    help: 'Accepted mail is on disk, synced, before its 250 is sent. Nothing leaves this machine.',
    source: 'RFC 5321 section 6.1',
    basis: 'ours',
  },
);

/** The bits of AXIGEN's logLevel, in the order of its slider. */
export const logLevels = ['critical', 'error', 'warning', 'info', 'protocol'] as const;
export type LogLevel = (typeof logLevels)[number];

export const logging = record(
  {
    logLevel: whole({
      title: 'Level',
      help: 'Sum of: 1 critical, 2 error, 4 warning, 8 informational, 16 protocol. 15 is all but protocol, 31 everything, 0 nothing.',
      source: LOG,
      basis: 'observed',
      min: 0,
      max: 31,
      default: 15,
    }),
    events: set({
      title: 'Events',
      help: 'Which kinds of lines are written at all; each has the level of AXIGEN’s own line of that kind.',
      source: 'Gatehouse',
      basis: 'ours',
      options: [
        { value: 'connections', title: 'connections' },
        { value: 'logins', title: 'logins' },
        { value: 'policy', title: 'policy decisions' },
        { value: 'mail', title: 'accepted mail' },
        { value: 'dialogue', title: 'commands and replies' },
      ],
      default: ['connections', 'logins', 'policy', 'mail', 'dialogue'],
    }),
    fileName: text({
      title: 'File',
      help: 'Name of the log file in the workspace’s log folder.',
      source: LOG,
      basis: 'observed',
      default: 'default.txt',
      pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      expected: 'a file name without folders',
    }),
    fileSize: whole({
      title: 'Rotate at size',
      help: 'A file that has reached this size is rotated. 0 = never by size.',
      unit: 'KB',
      source: LOG,
      basis: 'observed',
      min: 0,
      max: 4_194_304,
      default: 5120,
    }),
    rotatePeriod: choice({
      title: 'Rotate every',
      help: 'Also rotate at the end of each day, week or month.',
      source: LOG,
      basis: 'observed',
      options: ['none', 'day', 'week', 'month'],
      default: 'none',
    }),
    fileCount: whole({
      title: 'Old files kept',
      help: 'How many rotated files are kept. 0 = all.',
      unit: 'files',
      source: LOG,
      basis: 'observed',
      min: 0,
      max: 10_000,
      default: 10,
    }),
  },
  {
    title: 'Logging',
    help: 'A rotating file in AXIGEN’s line format, so that Fail2Ban, IPBan and CrowdSec rules can be tried on it.',
    source: 'AXIGEN documentation, The Logging Module',
    basis: 'documented',
  },
);
