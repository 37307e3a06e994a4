import type { ProcessExit } from './sandbox.ts'

/**
 * Matches messages of the C library and of wrapper programs about missing resources of the machine. A source
 * file never causes these messages. ffmpeg indents the texts of a file, such as its title, which may contain anything.
 */
const machineFault = new RegExp(
  `^(?:(?!\\s).*(?:${[
    'No space left on device',
    'Disk quota exceeded',
    'Read-only file system',
    'Too many open files',
    'Stale file handle',
    // The machine has no more processes, threads or locked memory.
    'Resource temporarily unavailable',
  ].join('|')})|(?:\\S*/)?(?:nice|prlimit|setpriv|unshare|mount|umount|pivot_root|sh): )`,
  'im',
)

export const isMachineFaultMessage = (log: string): boolean => machineFault.test(log)

/**
 * Exit codes that do not show whether the file is at fault. 126 and 127: a command could not be run or found.
 * 255: ffmpeg got a signal to end. A service manager sends this signal to every process of a service that it
 * stops.
 */
const noVerdict: ReadonlyArray<number | null> = [126, 127, 255]

/** Signals with which a person or a service manager ends a process. The kernel kills by others. */
const stopSignals: ReadonlyArray<string | null> = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

/** Returns whether a process that reads a file ended because of the machine, and not because of the file. */
export const isMachineFaultExit = ({ code, signal }: ProcessExit, stderr: string): boolean =>
  stopSignals.includes(signal) || noVerdict.includes(code) || isMachineFaultMessage(stderr)
