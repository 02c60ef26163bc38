package io.github.poolmap.internal.process;

/** How a worker is called at present. Safe for use by many threads. */
final class CurrentNames {

  private volatile WorkerNames names;

  CurrentNames(WorkerNames first) {
    names = first;
  }

  WorkerNames get() {
    return names;
  }

  void set(WorkerNames next) {
    names = next;
  }
}
