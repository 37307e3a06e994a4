export { closeLimitMs } from '../adapters/platform/close-all.ts'
