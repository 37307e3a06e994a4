import type { EngineFailure } from '../engine.ts'

/** What the C library, and who starts an engine, say of a machine that is short of something: never of a file. */
const OF_THE_MACHINE = new RegExp(
  [
    'No space left on device',
    'Disk quota exceeded',
    'Read-only file system',
    'Too many open files',
    'Stale file handle',
    // Out of processes, threads or locked memory.
    'Resource temporarily unavailable',
    // The programs around an engine (sandbox.ts, launcher.ts), which ended before it ran.
    '^(?:\\S*/)?(?:nice|prlimit|setpriv|unshare|mount|umount|pivot_root|sh): ',
  ].join('|'),
  'im',
)

/**
 * What FFmpeg says of a damaged file, and of a machine whose disk fails or that has no memory left; the encoders get
 * frames in a form that they take, and still may not find the threads that they want.
 */
const OF_EITHER = /Input\/output error|Cannot allocate memory|Error while opening encoder/i

const OF_SIZE = /File too large/i

/** What an engine that ended by itself says of a file. */
export const verdictOf = (words: string): EngineFailure['reason'] => {
  if (OF_THE_MACHINE.test(words)) return 'broken'
  if (OF_SIZE.test(words)) return 'size'
  return OF_EITHER.test(words) ? 'unsure' : 'input'
}

/** The line that decided, if it is one of the machine: it may stand long before the last ones. */
export const machineLineOf = (words: string): string | null =>
  words.split('\n').find((line) => OF_THE_MACHINE.test(line) || OF_EITHER.test(line)) ?? null

/** Whether the file may be to blame, and would bear another attempt. */
export const mayBearAnother = ({ reason }: EngineFailure): boolean =>
  reason === 'input' || reason === 'unsure'
