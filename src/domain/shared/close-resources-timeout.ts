/**
 * Maximum time in milliseconds to close all resources of a process. A resource that takes longer is closed by
 * the exit of the process.
 */
export const closeResourcesTimeoutMs = 1800
