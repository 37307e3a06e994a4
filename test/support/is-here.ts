import { findProgram } from '../../src/adapters/sandbox/find-program.ts'

/**
 * Whether a program of others is installed. Where it is not, the tests that ask its opinion are not made: Larder's
 * own tests want nothing but Node. `.ci/run` installs all of them.
 */
export const isHere = (program: string): boolean => findProgram(program) !== null
