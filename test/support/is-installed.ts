import { findProgram } from '../../src/adapters/sandbox/find-program.ts'

/**
 * Whether an external program is installed. Tests that compare results with those of a program are skipped
 * where it is missing: the suite needs only Node. `.ci/run` installs all of these programs.
 */
export const isInstalled = (program: string): boolean => findProgram(program) !== null
