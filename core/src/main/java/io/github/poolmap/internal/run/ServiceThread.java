package io.github.poolmap.internal.run;

/**
 * A daemon of the library's own, without any context of the caller who happened to need it first.
 */
final class ServiceThread extends Thread {

  ServiceThread(Runnable action, String name) {
    super(null, action, name, 0, false);
    setContextClassLoader(ServiceThread.class.getClassLoader());
    setPriority(NORM_PRIORITY);
    setDaemon(true);
  }
}
