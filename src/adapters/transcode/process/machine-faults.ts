import type { EngineFailure } from '../engine.ts'

/** Messages of the C library and of wrapper programs about missing resources. A file never causes them. */
const MACHINE_FAULT = new RegExp(
  [
    'No space left on device',
    'Disk quota exceeded',
    'Read-only file system',
    'Too many open files',
    'Stale file handle',
    // No more processes, threads or locked memory.
    'Resource temporarily unavailable',
    // A wrapper (sandbox.ts, launcher.ts) failed before the engine started.
    '^(?:\\S*/)?(?:nice|prlimit|setpriv|unshare|mount|umount|pivot_root|sh): ',
  ].join('|'),
  'im',
)

/**
 * FFmpeg logs these for a damaged file, and for a machine with a failing disk or without free memory. An
 * encoder fails to open if it cannot start its threads: the format of its frames is always valid.
 */
const FILE_OR_MACHINE_FAULT = /Input\/output error|Cannot allocate memory|Error while opening encoder/i

const SIZE_LIMIT = /File too large/i

/** Classifies the messages of an engine that ended by itself. */
export const classifyMessages = (log: string): EngineFailure['reason'] => {
  if (MACHINE_FAULT.test(log)) return 'broken'
  if (SIZE_LIMIT.test(log)) return 'size'
  return FILE_OR_MACHINE_FAULT.test(log) ? 'unsure' : 'input'
}

/** Returns the line that may mean a machine fault, if there is one: it may be far from the end. */
export const machineFaultLine = (log: string): string | null =>
  log.split('\n').find((line) => MACHINE_FAULT.test(line) || FILE_OR_MACHINE_FAULT.test(line)) ?? null

/** Returns whether the file may be at fault, so that an attempt with another plan may succeed. */
export const mayRetryAfter = ({ reason }: EngineFailure): boolean => reason === 'input' || reason === 'unsure'
