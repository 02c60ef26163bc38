package io.github.poolmap.internal.run;

/**
 * A daemon of the library's own, without any context of the caller who happened to need it first:
 * no inherited thread-locals, class loader, priority or thread group.
 */
class ServiceThread extends Thread {

  ServiceThread(Runnable action, String name) {
    super(topGroup(), action, name, 0, false);
    setContextClassLoader(ServiceThread.class.getClassLoader());
    setPriority(NORM_PRIORITY);
    setDaemon(true);
  }

  private static ThreadGroup topGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) {
      group = group.getParent();
    }
    return group;
  }
}
