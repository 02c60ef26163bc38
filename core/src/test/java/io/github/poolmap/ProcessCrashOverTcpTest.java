package io.github.poolmap;

/** The same on the fallback transport. */
@OverTcp
class ProcessCrashOverTcpTest extends ProcessCrashTest {}
