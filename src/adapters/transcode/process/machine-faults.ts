import type { EngineFailure } from '../engine.ts'

/**
 * Messages of the C library and of wrapper programs about missing resources. A source file never causes them.
 */
const MACHINE_FAULT = new RegExp(
  [
    'No space left on device',
    'Disk quota exceeded',
    'Read-only file system',
    'Too many open files',
    'Stale file handle',
    // There are no more processes, threads or locked memory.
    'Resource temporarily unavailable',
    // A wrapper (sandbox.ts, launcher.ts) failed before the engine started.
    '^(?:\\S*/)?(?:nice|prlimit|setpriv|unshare|mount|umount|pivot_root|sh): ',
  ].join('|'),
  'im',
)

/**
 * FFmpeg logs these messages for a damaged file, but also for a machine with a failing disk or without free
 * memory. The format of an encoder's frames is always valid, so an encoder that cannot be opened could not
 * start its threads.
 */
const FILE_OR_MACHINE_FAULT = /Input\/output error|Cannot allocate memory|Error while opening encoder/i

const SIZE_LIMIT = /File too large/i

/** Classifies the messages of an engine that ended on its own. */
export const classifyMessages = (log: string): EngineFailure['reason'] => {
  if (MACHINE_FAULT.test(log)) return 'broken'
  if (SIZE_LIMIT.test(log)) return 'size'
  return FILE_OR_MACHINE_FAULT.test(log) ? 'unsure' : 'input'
}

/**
 * Returns the line that may report a fault of the machine; `null` if there is none. The line may be far from
 * the end of the log.
 */
export const machineFaultLine = (log: string): string | null =>
  log.split('\n').find((line) => MACHINE_FAULT.test(line) || FILE_OR_MACHINE_FAULT.test(line)) ?? null

/** Returns whether the file may be at fault. Then an attempt with another plan may succeed. */
export const mayRetryAfter = ({ reason }: EngineFailure): boolean => reason === 'input' || reason === 'unsure'
