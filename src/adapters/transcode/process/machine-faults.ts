import { isMachineFaultMessage } from '../../sandbox/machine-faults.ts'
import type { EngineFailure } from '../engine.ts'

/**
 * FFmpeg logs these messages for a damaged file, but also for a machine with a failing disk or without free
 * memory. An encoder that cannot be opened is a fault of the machine (its threads could not start), because
 * the encoder's input always has a valid format.
 */
const FILE_OR_MACHINE_FAULT = /Input\/output error|Cannot allocate memory|Error while opening encoder/i

const SIZE_LIMIT = /File too large/i

/** Classifies the messages of an engine that ended by itself, that is, that Larder did not stop. */
export const classifyMessages = (log: string): EngineFailure['reason'] => {
  if (isMachineFaultMessage(log)) return 'broken'
  if (SIZE_LIMIT.test(log)) return 'size'
  return FILE_OR_MACHINE_FAULT.test(log) ? 'unsure' : 'input'
}

/**
 * Returns the line that may report a fault of the machine; `null` if there is none. The line may be far from
 * the end of the log.
 */
export const machineFaultLine = (log: string): string | null =>
  log.split('\n').find((line) => isMachineFaultMessage(line) || FILE_OR_MACHINE_FAULT.test(line)) ?? null

/** Returns whether the file may be at fault. In that case an attempt with another plan may succeed. */
export const mayRetryAfter = ({ reason }: EngineFailure): boolean => reason === 'input' || reason === 'unsure'
