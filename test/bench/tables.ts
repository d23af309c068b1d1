// The figures as text.
import { type Dots, dotsTarget } from './dots.ts';
import { type EnumerationFigure, enumerationTable } from './enumeration.ts';
import { type FlowFigure, flowTarget } from './flow.ts';
import { type SimulatedRow, simulatedTable } from './simulated.ts';
import type { Idle } from './idle.ts';
import { type WorkersFigures, workersTable } from './workers.ts';
import type { SubjectName } from './running.ts';
import { type SpfFigure, spfTable } from './spf.ts';
import { works } from './works.ts';

export interface Row {
  readonly work: string;
  readonly subject: SubjectName;
  /** Messages a second, relative to stock smtp-server in the same run. */
  readonly ratio: number;
  /** Messages a second, the median of the rounds. */
  readonly rate: number;
  /** ms of CPU the server spends on a message, all its threads and its main one, the median; where /proc tells. */
  readonly cpu?: number;
  readonly cpuMain?: number;
}

/** What capture alone costs: ours, and the same with a journal that keeps nothing. */
export interface Capture {
  readonly work: string;
  /** ms of CPU a message. */
  readonly cpu?: number;
  readonly cpuMain?: number;
  /** Part of the rate it takes, 0..1. */
  readonly rate: number;
}

export interface Figures {
  readonly rows: readonly Row[];
  readonly capture: readonly Capture[];
  readonly dots?: readonly Dots[];
  readonly idle?: readonly Idle[];
  readonly flow?: readonly FlowFigure[];
  readonly spf?: readonly SpfFigure[];
  readonly enumeration?: readonly EnumerationFigure[];
  readonly workers?: WorkersFigures;
  readonly simulated?: readonly SimulatedRow[];
  /** Of the machine over a minute, before and after. */
  readonly load: readonly [string | undefined, string | undefined];
}

export function captureOf(rows: readonly Row[]): Capture[] {
  return works.flatMap(({ name }) => {
    const find = (subject: SubjectName) => rows.find((row) => row.work === name && row.subject === subject);
    const [all, without] = [find('gatehouse'), find('gatehouse-capture')];
    if (!all || !without) return [];
    const rate = rounded(1 - all.rate / without.rate);
    if (all.cpu === undefined || without.cpu === undefined) return [{ work: name, rate }];
    const main = (all.cpuMain ?? 0) - (without.cpuMain ?? 0);
    return [{ work: name, cpu: rounded(all.cpu - without.cpu), cpuMain: rounded(main), rate }];
  });
}

export const rounded = (value: number) => Number(value.toFixed(3));

export function tables({
  rows,
  capture,
  dots,
  idle,
  flow,
  spf,
  enumeration,
  workers,
  simulated,
  load,
}: Figures): string {
  const own = [
    dotted(dots ?? []),
    idling(idle ?? []),
    counting(flow ?? []),
    spfTable(spf ?? []),
    enumerationTable(enumeration ?? []),
    workersTable(workers),
    simulatedTable(simulated ?? []),
  ];
  const parts = [table(rows), captures(capture), ...own];
  const machine = `load average ${load[0] ?? 'unknown'} before, ${load[1] ?? 'unknown'} after; the benchmark itself adds about 2`;
  return `${[...parts.filter((part) => part !== ''), machine].join('\n\n')}\n`;
}

const cell = (value: number | undefined, digits: number) => (value === undefined ? '' : value.toFixed(digits));
const met = (isMet: boolean) => (isMet ? 'met' : 'missed');

function table(rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ work, subject, ratio, rate, cpu, cpuMain }) => {
    const target = subject === 'gatehouse' ? works.find(({ name }) => name === work)?.target : undefined;
    const verdict = target === undefined ? '' : `>= ${target.toFixed(1)} ${met(ratio >= target)}`;
    return columns([work, subject, ratio.toFixed(2), String(rate), cell(cpu, 3), cell(cpuMain, 3), verdict]);
  });
  return [columns(['work', 'subject', 'ratio', 'msgs/s', 'CPU ms', 'of it main', 'target']), ...lines].join('\n');
}

const columns = ([
  work = '',
  subject = '',
  ratio = '',
  rate = '',
  cpu = '',
  main = '',
  verdict = '',
]: readonly string[]) =>
  `${work.padEnd(12)} ${subject.padEnd(18)} ${ratio.padStart(6)} ${rate.padStart(7)} ${cpu.padStart(7)} ${main.padStart(10)}  ${verdict}`.trimEnd();

function captures(capture: readonly Capture[]): string {
  if (capture.length === 0) return '';
  const lines = capture.map(({ work, cpu, cpuMain, rate }) => {
    const time =
      cpu === undefined ? '' : `${cpu.toFixed(3)} ms of CPU a message (${cell(cpuMain, 3)} of the main thread), `;
    return `${work.padEnd(12)} ${time}${Math.round(rate * 100)} % of the rate`;
  });
  return ['capture alone costs', ...lines].join('\n');
}

function dotted(dots: readonly Dots[]): string {
  if (dots.length === 0) return '';
  const lines = dots.map(({ subject, rate }) => {
    const verdict = subject === 'gatehouse' ? `  >= ${dotsTarget} ${met(rate >= dotsTarget)}` : '';
    return `${subject.padEnd(18)} ${rate.toFixed(1).padStart(7)} MB/s${verdict}`;
  });
  return ['one message of 4 MB, every line ".."', ...lines].join('\n');
}

function idling(idle: readonly Idle[]): string {
  if (idle.length === 0) return '';
  const lines = idle.map(
    ({ subject, sessions, each, inGiB }) =>
      `${subject.padEnd(18)} ${String(sessions).padStart(6)} held, ${each.toFixed(1)} KB each, ${inGiB} in a GiB`,
  );
  return ['idle sessions after EHLO (memory of the process; the system keeps buffers of its own)', ...lines].join('\n');
}

function counting(flow: readonly FlowFigure[]): string {
  if (flow.length === 0) return '';
  const lines = flow.map(({ work, each, refused, remembered, octets }) => {
    // Of one peer there is nothing to divide by.
    const memory = remembered < 1000 ? '' : `, ${octets} octets each`;
    // The target is one of floods: who is let in costs far more behind the gate.
    const verdict = refused === 0 ? '' : `<= ${flowTarget} ${met(each <= flowTarget)}`;
    const time = `${each.toFixed(2).padStart(6)} us  ${verdict}`.padEnd(24);
    return `${work.padEnd(32)} ${time} ${String(refused).padStart(7)} refused, ${remembered} counts of peers kept${memory}`;
  });
  return ['a million connections before flow control, 1,000,000 peers or one: CPU of each', ...lines].join('\n');
}
