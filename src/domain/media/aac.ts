/** Samples in one frame of AAC (ISO/IEC 14496-3 §4.5.1.1: `frameLength`): its duration in ticks of its sample rate. */
export const AAC_FRAME_SAMPLES = 1024
