package io.github.poolmap.internal.run;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Streams that have begun to be read: those that nobody can read any more, because they were
 * dropped without being closed, are ended when the next call begins.
 */
final class AbandonedStreams {

  private static final ReferenceQueue<Object> QUEUE = new ReferenceQueue<>();
  private static final Set<Watch> WATCHED = ConcurrentHashMap.newKeySet();

  private AbandonedStreams() {}

  /** A stream that is being watched. */
  static final class Watch extends PhantomReference<Object> {

    private final Runnable end;

    private Watch(Object stream, Runnable end) {
      super(stream, QUEUE);
      this.end = end;
    }

    /** It has been read to its end, or closed. */
    void cancel() {
      WATCHED.remove(this);
      clear();
    }
  }

  /**
   * Watches a stream.
   *
   * @param stream what its readers hold
   * @param end ends its call without waiting; must not hold the stream
   */
  static Watch watch(Object stream, Runnable end) {
    Watch watch = new Watch(stream, end);
    WATCHED.add(watch);
    return watch;
  }

  /** Ends those that have been abandoned. */
  static void sweep() {
    Reference<?> gone;
    while ((gone = QUEUE.poll()) != null) {
      Watch watch = (Watch) gone;
      if (WATCHED.remove(watch)) {
        watch.end.run();
      }
    }
  }
}
